"""The eight-layer network of 2012 on one device: five convolutions, three linear layers."""
import torch
import torch.nn as nn

# (channels, kernel, stride, padding, pooled)
STAGES = [(64, 11, 4, 2, True), (192, 5, 1, 2, True), (384, 3, 1, 1, False), (256, 3, 1, 1, False), (256, 3, 1, 1, True)]


class EightLayers(nn.Module):
    def __init__(self, classes=1000, hidden=4096):
        super().__init__()
        parts, channels = [], 3
        for width, kernel, stride, padding, pooled in STAGES:
            parts += [nn.Conv2d(channels, width, kernel, stride, padding), nn.ReLU()]
            if pooled:
                parts.append(nn.MaxPool2d(3, 2))
            channels = width
        self.body = nn.Sequential(*parts, nn.AdaptiveAvgPool2d((6, 6)))
        sizes = [channels * 36, hidden, hidden]
        self.head = nn.ModuleList(nn.Linear(a, b) for a, b in zip(sizes, sizes[1:]))
        self.last = nn.Linear(hidden, classes)

    def forward(self, images):
        values = self.body(images).flatten(1)
        for linear in self.head:
            values = linear(nn.functional.dropout(values, 0.5, self.training)).relu()
        return self.last(values)


model = EightLayers()
model(torch.zeros(1, 3, 224, 224))
