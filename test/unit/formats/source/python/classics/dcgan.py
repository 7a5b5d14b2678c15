"""A generator of images of 64 pixels and the network that judges them."""
import torch
import torch.nn as nn

CODE, WIDTH = 100, 64


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        widths = [WIDTH * 8, WIDTH * 4, WIDTH * 2, WIDTH]
        steps = [nn.ConvTranspose2d(CODE, widths[0], 4, bias=False), nn.BatchNorm2d(widths[0]), nn.ReLU()]
        for a, b in zip(widths, widths[1:]):
            steps += [nn.ConvTranspose2d(a, b, 4, 2, 1, bias=False), nn.BatchNorm2d(b), nn.ReLU()]
        self.steps = nn.Sequential(*steps, nn.ConvTranspose2d(WIDTH, 3, 4, 2, 1, bias=False), nn.Tanh())

    def forward(self, code):
        return self.steps(code)


class Judge(nn.Module):
    def __init__(self):
        super().__init__()
        steps = [nn.Conv2d(3, WIDTH, 4, 2, 1, bias=False), nn.LeakyReLU(0.2)]
        for power in range(3):
            a, b = WIDTH * 2**power, WIDTH * 2 ** (power + 1)
            steps += [nn.Conv2d(a, b, 4, 2, 1, bias=False), nn.BatchNorm2d(b), nn.LeakyReLU(0.2)]
        self.steps = nn.Sequential(*steps)
        self.verdict = nn.Conv2d(WIDTH * 8, 1, 4, bias=False)

    def forward(self, image):
        return torch.sigmoid(self.verdict(self.steps(image))).flatten(1)


generator = Generator()
judge = Judge()
image = generator(torch.randn(16, CODE, 1, 1))
verdict = judge(image.detach())
