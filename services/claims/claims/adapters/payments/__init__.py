"""Who pays benefits. Interchangeable behind `usecases.ports.Payments`."""
