"""claims: reimbursement claims of members, their decision, and the benefits paid for them."""
