"""The two stores behind `usecases.ports.Store`; one contract suite runs on both."""
