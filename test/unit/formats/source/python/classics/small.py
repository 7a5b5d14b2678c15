import torch
from torch import nn
import torch.nn.functional as F


class Mlp(nn.Module):
    def __init__(self,widths=(2,16,16,2)):
        super().__init__()
        layers=[]
        for a,b in zip(widths[:-2],widths[1:-1]): layers+=[nn.Linear(a,b),nn.ReLU()]
        layers.append(nn.Linear(widths[-2],widths[-1]))
        self.net=nn.Sequential(*layers)
    def forward(self,x): return self.net(x)
class LeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1=nn.Conv2d(1,6,5,padding=2); self.conv2=nn.Conv2d(6,16,5)
        self.fc1=nn.Linear(16*5*5,120); self.fc2=nn.Linear(120,84); self.fc3=nn.Linear(84,10)
    def forward(self,x):
        x=F.max_pool2d(F.relu(self.conv1(x)),2)
        x=F.max_pool2d(F.relu(self.conv2(x)),2)
        x=torch.flatten(x,1)
        x=F.relu(self.fc1(x)); x=F.relu(self.fc2(x))
        return self.fc3(x)
class Block(nn.Module):
    def __init__(self,cin,cout,stride=1):
        super().__init__()
        self.conv1=nn.Conv2d(cin,cout,3,stride,1,bias=False); self.bn1=nn.BatchNorm2d(cout)
        self.conv2=nn.Conv2d(cout,cout,3,1,1,bias=False); self.bn2=nn.BatchNorm2d(cout)
        self.shortcut=nn.Sequential()
        if stride!=1 or cin!=cout: self.shortcut=nn.Sequential(nn.Conv2d(cin,cout,1,stride,bias=False),nn.BatchNorm2d(cout))
    def forward(self,x):
        out=F.relu(self.bn1(self.conv1(x))); out=self.bn2(self.conv2(out)); out+=self.shortcut(x)
        return F.relu(out)
class TinyResNet(nn.Module):
    def __init__(self,block=Block,blocks=(1,1),width=4,classes=3):
        super().__init__()
        self.in_planes=width
        self.conv1=nn.Conv2d(2,width,3,1,1,bias=False); self.bn1=nn.BatchNorm2d(width)
        self.layer1=self._make_layer(block,width,blocks[0],1); self.layer2=self._make_layer(block,2*width,blocks[1],2)
        self.linear=nn.Linear(2*width,classes)
    def _make_layer(self,block,planes,n,stride):
        layers=[]
        for s in [stride]+[1]*(n-1): layers.append(block(self.in_planes,planes,s)); self.in_planes=planes
        return nn.Sequential(*layers)
    def forward(self,x):
        out=F.relu(self.bn1(self.conv1(x))); out=self.layer2(self.layer1(out))
        out=F.adaptive_avg_pool2d(out,1).flatten(1)
        return self.linear(out)
