"""The sheet (Rechenblatt): a dozen exact operations to which every agreement compiles; evaluated, printed, carried."""
