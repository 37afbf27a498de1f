"""What quoting needs to start with: the product documents of every insurer, made by jobs in their own time."""

from __future__ import annotations

from typing import Any


def seed(services: Any) -> None:
    """Have the documents of every product made and stored; those that are stored already are left alone."""
    catalogue = services.offer.catalogue
    for tenant in catalogue.insurers:
        with services.units.for_tenant(tenant)() as work:
            for product in catalogue.products_of(tenant):
                work.schedule(
                    "render_product_papers",
                    {"product": product.code},
                    key=f"render_product_papers:{tenant}:{product.code}",
                )
            work.commit()
