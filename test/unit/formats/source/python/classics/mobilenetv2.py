"""Blocks that widen, look at each channel apart, and narrow again."""
from functools import partial

import torch
from torch import nn

Norm = partial(nn.BatchNorm2d, eps=1e-5)

# expansion, channels, repeats, first stride
ROWS = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))


def unit(a, b, size=1, stride=1, groups=1):
    return [nn.Conv2d(a, b, size, stride, (size - 1) // 2, groups=groups, bias=False), Norm(b), nn.ReLU6()]


class Widening(nn.Module):
    def __init__(self, a, b, stride, expansion):
        super().__init__()
        wide = a * expansion
        first = unit(a, wide) if expansion > 1 else []
        self.path = nn.Sequential(*first, *unit(wide, wide, 3, stride, groups=wide), *unit(wide, b)[:2])
        self.adds = stride == 1 and a == b

    def forward(self, x):
        return x + self.path(x) if self.adds else self.path(x)


class Mobile(nn.Module):
    def __init__(self, classes: int = 1000) -> None:
        super().__init__()
        channels = 32
        blocks = unit(3, channels, 3, 2)
        for expansion, width, repeats, stride in ROWS:
            for step in [stride] + [1] * (repeats - 1):
                blocks.append(Widening(channels, width, step, expansion))
                channels = width
        blocks += unit(channels, 1280)
        self.blocks = nn.Sequential(*blocks)
        self.scores = nn.Linear(1280, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.scores(self.blocks(x).mean([2, 3]))


model = Mobile()
example = torch.randn(1, 3, 224, 224)
print(model(example))
