"""Tables, repositories, data files and the payments provider."""
