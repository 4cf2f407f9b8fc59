"""What is measured on: organisations with a lot of everything, made from a seed."""
