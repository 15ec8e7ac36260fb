"""How rules run: the fold of folds, its checkpoints, the check, the face towards Beancount."""
