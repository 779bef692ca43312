"""HTTP only: views, forms, access marks."""
