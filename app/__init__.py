"""What the product knows and does: records, rules and documents. No Qt, no HTTP, no database driver."""
