"""What notifications hears on the bus. It says nothing there."""
