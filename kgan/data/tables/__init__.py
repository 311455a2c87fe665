"""Tables: kinds of columns, and rows as networks see them."""
