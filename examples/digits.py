"""Small networks for 28x28 grey images of digits: change a number and watch the hints.

Region Lens follows this file without running it. PyTorch need not be installed.
"""

import torch
import torch.nn.functional as F
from torch import nn


class DigitCNN(nn.Module):
    """Convolution blocks that halve the image each, then dense layers that read what is left."""

    def __init__(self, channels=(8, 16), hidden=64, classes=10):
        super().__init__()
        self.conv1 = nn.Conv2d(1, channels[0], kernel_size=5, padding=2)
        self.conv2 = nn.Conv2d(channels[0], channels[1], kernel_size=3, padding=1)
        self.pool = nn.MaxPool2d(2)
        self.hidden = nn.Linear(channels[1] * 7 * 7, hidden)
        self.scores = nn.Linear(hidden, classes)

    def forward(self, x):
        x = self.pool(F.relu(self.conv1(x)))
        x = self.pool(F.relu(self.conv2(x)))
        x = torch.flatten(x, 1)
        x = F.relu(self.hidden(x))
        return self.scores(x)


class Residual(nn.Module):
    """A block whose input is added to what it computes."""

    def __init__(self, width):
        super().__init__()
        self.expand = nn.Linear(width, 2 * width)
        self.reduce = nn.Linear(2 * width, width)

    def forward(self, x):
        return x + self.reduce(F.relu(self.expand(x)))


class ResidualMLP(nn.Module):
    def __init__(self, width=32, depth=2, classes=10):
        super().__init__()
        self.start = nn.Linear(28 * 28, width)
        self.blocks = nn.Sequential(*[Residual(width) for _ in range(depth)])
        self.scores = nn.Linear(width, classes)

    def forward(self, x):
        return self.scores(self.blocks(self.start(x.flatten(1))))


if __name__ == "__main__":
    images = torch.randn(16, 1, 28, 28)
    print(DigitCNN()(images).shape, ResidualMLP()(images).shape)
