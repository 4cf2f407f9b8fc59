"""The stores: in memory and in SQL databases. Each adapts one library to the ports and holds no rule of its own."""
