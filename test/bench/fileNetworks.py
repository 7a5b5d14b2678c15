class Autoencoder(nn.Module):
    """Handwritten digits to a few numbers and back."""

    def __init__(self, width=128, code=12):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Linear(28 * 28, width),
            nn.ReLU(True),
            nn.Linear(width, width // 2),
            nn.ReLU(True),
            nn.Linear(width // 2, code),
        )
        self.decoder = nn.Sequential(
            nn.Linear(code, width // 2),
            nn.ReLU(True),
            nn.Linear(width // 2, width),
            nn.ReLU(True),
            nn.Linear(width, 28 * 28),
        )

    def forward(self, x):
        x = x.view(-1, 784)
        code = self.encoder(x)
        return self.decoder(code)


class Policy(nn.Module):
    """What to do, and what it is worth."""

    def __init__(self, observations=4, actions=2, width=128):
        super().__init__()
        self.affine = nn.Linear(observations, width)
        self.action = nn.Linear(width, actions)
        self.value = nn.Linear(width, 1)

    def forward(self, x):
        x = F.relu(self.affine(x))
        return self.action(x), self.value(x)


class Frames(nn.Module):
    """Four frames of a game to the worth of each action."""

    def __init__(self, actions=4):
        super().__init__()
        self.conv = nn.Sequential(
            nn.Conv2d(4, 32, kernel_size=8, stride=4),
            nn.ReLU(),
            nn.Conv2d(32, 64, kernel_size=4, stride=2),
            nn.ReLU(),
            nn.Conv2d(64, 64, kernel_size=3, stride=1),
            nn.ReLU(),
        )
        self.lin = nn.Linear(7 * 7 * 64, 512)
        self.activation = nn.ReLU()
        self.state_value = nn.Sequential(nn.Linear(512, 256), nn.ReLU(), nn.Linear(256, 1))
        self.action_value = nn.Sequential(nn.Linear(512, 256), nn.ReLU(), nn.Linear(256, actions))

    def forward(self, frames):
        h = self.conv(frames)
        h = h.reshape((-1, 7 * 7 * 64))
        h = self.activation(self.lin(h))
        return self.state_value(h) + self.action_value(h)


class Upscale(nn.Module):
    """An image to one of more rows and columns."""

    def __init__(self, upscale_factor=3):
        super(Upscale, self).__init__()
        self.relu = nn.ReLU()
        self.conv1 = nn.Conv2d(1, 64, (5, 5), (1, 1), (2, 2))
        self.conv2 = nn.Conv2d(64, 64, (3, 3), (1, 1), (1, 1))
        self.conv3 = nn.Conv2d(64, 32, (3, 3), (1, 1), (1, 1))
        self.conv4 = nn.Conv2d(32, upscale_factor**2, (3, 3), (1, 1), (1, 1))
        self.pixel_shuffle = nn.PixelShuffle(upscale_factor)

    def forward(self, x):
        x = self.relu(self.conv1(x))
        x = self.relu(self.conv2(x))
        x = self.relu(self.conv3(x))
        x = self.pixel_shuffle(self.conv4(x))
        return x


def train():
    frames = torch.zeros(8, 4, 84, 84)
    net = Frames()
    for _ in range(3):
        net(frames)
    images = torch.zeros(8, 1, 64, 64)
    upscale = Upscale()
    upscale(images)
    policy = Policy(observations=8)
    policy(torch.zeros(1, 8))
    autoencoder = Autoencoder(code=3)
    autoencoder(torch.zeros(2, 1, 28, 28))


if __name__ == "__main__":
    train()
