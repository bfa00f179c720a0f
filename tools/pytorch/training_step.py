"""The training steps that `vtok-bench --training --python` measures, written plainly in PyTorch: the same layers, losses and
optimizer as the toolkit's. It is given a folder (step.json, weights.safetensors, inputs.safetensors) and a number of threads,
prints its versions with the losses of the first steps, and then runs as many steps as each line of its input says.

Needs torch 1.13 or newer and numpy. Nothing of the toolkit needs this file."""

import json
import sys
import time

import numpy
import torch
from torch import nn
from torch.nn import functional as F

FIRST_STEPS = 3


class Block(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x):
        return x + self.conv2(F.leaky_relu(self.conv1(x), 0.1))


class Refinement(nn.Module):
    """The residual family's decoder: a U-Net of three levels over planes [B, P, h, w], a correction [B, 3, 4h, 4w]."""

    def __init__(self, step):
        super().__init__()
        wide, mid, deep = step["widths"]
        self.stem = nn.Conv2d(step["planes"], wide, 3, padding=1)
        self.e0 = nn.Sequential(Block(wide))
        self.d0 = nn.Conv2d(wide, mid, 2, stride=2)
        self.e1 = nn.Sequential(Block(mid), Block(mid))
        self.d1 = nn.Conv2d(mid, deep, 2, stride=2)
        self.m = nn.Sequential(Block(deep), Block(deep), Block(deep))
        self.u1 = nn.Conv2d(deep, 4 * mid, 1)
        self.f1 = nn.Sequential(Block(mid), Block(mid))
        self.u0 = nn.Conv2d(mid, 4 * wide, 1)
        self.f0 = nn.Sequential(Block(wide))
        self.o = nn.Conv2d(wide, 48, 3, padding=1)

    def forward(self, planes):
        fine = self.e0(self.stem(planes))
        half = self.e1(self.d0(fine))
        x = self.m(self.d1(half))
        x = self.f1(F.pixel_shuffle(self.u1(x), 2) + half)
        x = self.f0(F.pixel_shuffle(self.u0(x), 2) + fine)
        return F.pixel_shuffle(self.o(x), 4)

    def loss(self, inputs):
        output = inputs["linear"] + self(inputs["planes"])
        return ((output - inputs["pictures"]).square().mean([1, 2, 3]) + 0.001).log().mean()


class Mlp(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.c_fc = nn.Linear(width, 4 * width)
        self.c_proj = nn.Linear(4 * width, width)

    def forward(self, x):
        return self.c_proj(F.gelu(self.c_fc(x)))


class TransformerBlock(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.ln_1 = nn.LayerNorm(width)
        self.attn = nn.MultiheadAttention(width, heads, batch_first=True)
        self.ln_2 = nn.LayerNorm(width)
        self.mlp = Mlp(width)

    def forward(self, x):
        y = self.ln_1(x)
        x = x + self.attn(y, y, y, need_weights=False)[0]
        return x + self.mlp(self.ln_2(x))


class Transformer(nn.Module):
    """What TiTok's encoder and decoder share."""

    def __init__(self, step):
        super().__init__()
        width, patches = step["width"], (step["side"] // step["patch"]) ** 2
        self.class_embedding = nn.Parameter(torch.empty(1, width))
        self.positional_embedding = nn.Parameter(torch.empty(patches + 1, width))
        self.latent_token_positional_embedding = nn.Parameter(torch.empty(step["tokens"], width))
        self.ln_pre = nn.LayerNorm(width)
        self.transformer = nn.Sequential(*[TransformerBlock(width, step["heads"]) for _ in range(step["layers"])])
        self.ln_post = nn.LayerNorm(width)


class Encoder(Transformer):
    def __init__(self, step):
        super().__init__(step)
        self.patch_embed = nn.Conv2d(3, step["width"], step["patch"], stride=step["patch"])
        self.conv_out = nn.Conv2d(step["width"], step["token_size"], 1)

    def forward(self, pictures, latent_tokens):
        batch, tokens = len(pictures), len(latent_tokens)
        patches = self.patch_embed(pictures).flatten(2).transpose(1, 2)
        picture = torch.cat([self.class_embedding.expand(batch, 1, -1), patches], 1) + self.positional_embedding
        queries = (latent_tokens + self.latent_token_positional_embedding).expand(batch, -1, -1)
        mixed = self.transformer(self.ln_pre(torch.cat([picture, queries], 1)))
        latents = self.ln_post(mixed[:, -tokens:])
        return self.conv_out(latents.transpose(1, 2).unsqueeze(3)).squeeze(3).transpose(1, 2)


class Decoder(Transformer):
    def __init__(self, step):
        super().__init__(step)
        self.patch, self.grid = step["patch"], step["side"] // step["patch"]
        self.decoder_embed = nn.Linear(step["token_size"], step["width"])
        self.mask_token = nn.Parameter(torch.empty(1, 1, step["width"]))
        self.ffn = nn.Sequential(nn.Conv2d(step["width"], 3 * self.patch**2, 1))
        self.conv_out = nn.Conv2d(3, 3, 3, padding=1)

    def forward(self, codes):
        batch, p, g = len(codes), self.patch, self.grid
        tokens = self.decoder_embed(codes) + self.latent_token_positional_embedding
        canvas = torch.cat([self.class_embedding.expand(batch, 1, -1), self.mask_token.expand(batch, g * g, -1)], 1) + self.positional_embedding
        mixed = self.transformer(self.ln_pre(torch.cat([canvas, tokens], 1)))
        filled = self.ln_post(mixed[:, 1 : 1 + g * g]).transpose(1, 2).reshape(batch, -1, g, g)
        patches = self.ffn(filled).view(batch, p, p, 3, g, g).permute(0, 3, 4, 1, 5, 2)
        return self.conv_out(patches.reshape(batch, 3, g * p, g * p))


class Quantizer(nn.Module):
    def __init__(self, step):
        super().__init__()
        self.embedding = nn.Embedding(step["codes"], step["token_size"])

    def forward(self, features):
        rows, book = features.reshape(-1, features.shape[-1]), self.embedding.weight
        with torch.no_grad():
            ids = (book.square().sum(1) - 2 * rows @ book.t()).argmin(1)
        codes = self.embedding(ids).view_as(features)
        loss = 0.25 * F.mse_loss(features, codes.detach()) + F.mse_loss(codes, features.detach())
        return features + (codes - features).detach(), loss


class Titok(nn.Module):
    """TiTok in its one-stage form: squared error of the pixels and the quantizer's losses."""

    def __init__(self, step):
        super().__init__()
        self.latent_tokens = nn.Parameter(torch.empty(step["tokens"], step["width"]))
        self.encoder = Encoder(step)
        self.quantize = Quantizer(step)
        self.decoder = Decoder(step)

    def loss(self, inputs):
        codes, quantizer = self.quantize(self.encoder(inputs["pictures"], self.latent_tokens))
        return F.mse_loss(self.decoder(codes), inputs["pictures"]) + quantizer


class ResidualBlock(nn.Module):
    def __init__(self, inputs, outputs, groups):
        super().__init__()
        self.norm1 = nn.GroupNorm(groups, inputs, eps=1e-6)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.norm2 = nn.GroupNorm(groups, outputs, eps=1e-6)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.nin_shortcut = nn.Conv2d(inputs, outputs, 1) if inputs != outputs else nn.Identity()

    def forward(self, x):
        y = self.conv1(F.silu(self.norm1(x)))
        y = self.conv2(F.silu(self.norm2(y)))
        return self.nin_shortcut(x) + y


class GridAttention(nn.Module):
    """One head over all positions of a grid."""

    def __init__(self, width, groups):
        super().__init__()
        self.norm = nn.GroupNorm(groups, width, eps=1e-6)
        self.q, self.k, self.v, self.proj_out = (nn.Conv2d(width, width, 1) for _ in range(4))

    def forward(self, x):
        y = self.norm(x)
        q, k, v = self.q(y).flatten(2), self.k(y).flatten(2), self.v(y).flatten(2)
        weights = torch.softmax(torch.bmm(q.transpose(1, 2), k) * q.shape[1] ** -0.5, 2)
        return x + self.proj_out(torch.bmm(v, weights.transpose(1, 2)).view_as(x))


class Downsample(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv = nn.Conv2d(width, width, 3, stride=2)

    def forward(self, x):
        return self.conv(F.pad(x, (0, 1, 0, 1)))


class Upsample(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv = nn.Conv2d(width, width, 3, padding=1)

    def forward(self, x):
        return self.conv(F.interpolate(x, scale_factor=2.0, mode="nearest"))


class Level(nn.Module):
    """Residual blocks of one resolution, attention after each at the coarsest, then the change of size."""

    def __init__(self, inputs, outputs, blocks, groups, attention):
        super().__init__()
        self.res = nn.ModuleList(ResidualBlock(inputs if i == 0 else outputs, outputs, groups) for i in range(blocks))
        self.attn = nn.ModuleList(GridAttention(outputs, groups) for _ in range(blocks if attention else 0))

    def forward(self, x):
        for i, block in enumerate(self.res):
            x = block(x)
            if self.attn:
                x = self.attn[i](x)
        for name in ("downsample", "upsample"):
            if hasattr(self, name):
                x = getattr(self, name)(x)
        return x


def middle(width, groups):
    return nn.ModuleList([ResidualBlock(width, width, groups), GridAttention(width, groups), ResidualBlock(width, width, groups)])


class GridEncoder(nn.Module):
    def __init__(self, step):
        super().__init__()
        widths, groups = [m * step["channels"] for m in step["multipliers"]], step["groups"]
        self.conv_in = nn.Conv2d(3, step["channels"], 3, padding=1)
        self.conv_blocks = nn.ModuleList()
        for i, width in enumerate(widths):
            last = i == len(widths) - 1
            self.conv_blocks.append(Level(widths[i - 1] if i else step["channels"], width, step["blocks"], groups, attention=last))
            if not last:
                self.conv_blocks[-1].downsample = Downsample(width)
        self.mid = middle(widths[-1], groups)
        self.norm_out = nn.GroupNorm(groups, widths[-1], eps=1e-6)
        self.conv_out = nn.Conv2d(widths[-1], step["latent_channels"], 3, padding=1)

    def forward(self, x):
        x = self.conv_in(x)
        for part in [*self.conv_blocks, *self.mid]:
            x = part(x)
        return self.conv_out(F.silu(self.norm_out(x)))


class GridDecoder(nn.Module):
    def __init__(self, step):
        super().__init__()
        widths, groups = [m * step["channels"] for m in reversed(step["multipliers"])], step["groups"]
        self.conv_in = nn.Conv2d(step["latent_channels"], widths[0], 3, padding=1)
        self.mid = middle(widths[0], groups)
        self.conv_blocks = nn.ModuleList()
        for i, width in enumerate(widths):
            self.conv_blocks.append(Level(widths[max(i - 1, 0)], width, step["blocks"] + 1, groups, attention=i == 0))
            if i < len(widths) - 1:
                self.conv_blocks[-1].upsample = Upsample(width)
        self.norm_out = nn.GroupNorm(groups, widths[-1], eps=1e-6)
        self.conv_out = nn.Conv2d(widths[-1], 3, 3, padding=1)

    def forward(self, x):
        x = self.conv_in(x)
        for part in [*self.mid, *self.conv_blocks]:
            x = part(x)
        return self.conv_out(F.silu(self.norm_out(x)))


class GridQuantizer(nn.Module):
    """Features and codes are compared on the unit sphere."""

    def __init__(self, step):
        super().__init__()
        self.embedding = nn.Embedding(step["codes"], step["code_dimension"])

    def forward(self, features):
        rows = F.normalize(features.permute(0, 2, 3, 1).reshape(-1, features.shape[1]), dim=-1)
        with torch.no_grad():
            book = F.normalize(self.embedding.weight, dim=-1)
            ids = (book.square().sum(1) - 2 * rows @ book.t()).argmin(1)
        codes = F.normalize(self.embedding(ids), dim=-1)
        loss = 0.25 * F.mse_loss(rows, codes.detach()) + F.mse_loss(codes, rows.detach())
        batch, width, height, columns = features.shape
        return (rows + (codes - rows).detach()).view(batch, height, columns, width).permute(0, 3, 1, 2), loss


class LlamaGen(nn.Module):
    """LlamaGen's tokenizer: squared error of the pixels and the quantizer's losses."""

    def __init__(self, step):
        super().__init__()
        self.encoder = GridEncoder(step)
        self.quant_conv = nn.Conv2d(step["latent_channels"], step["code_dimension"], 1)
        self.quantize = GridQuantizer(step)
        self.post_quant_conv = nn.Conv2d(step["code_dimension"], step["latent_channels"], 1)
        self.decoder = GridDecoder(step)

    def loss(self, inputs):
        codes, quantizer = self.quantize(self.quant_conv(self.encoder(inputs["pictures"])))
        return F.mse_loss(self.decoder(self.post_quant_conv(codes)), inputs["pictures"]) + quantizer


def read_safetensors(path):
    """Float32 tensors only, which is all that is written here."""
    with open(path, "rb") as file:
        length = int.from_bytes(file.read(8), "little")
        header, data = json.loads(file.read(length)), file.read()
    header.pop("__metadata__", None)
    return {
        name: torch.from_numpy(numpy.frombuffer(data[entry["data_offsets"][0] : entry["data_offsets"][1]], "<f4").reshape(entry["shape"]).copy())
        for name, entry in header.items()
    }


def main(folder, threads):
    torch.set_num_threads(threads)
    with open(f"{folder}/step.json") as file:
        step = json.load(file)
    model = {"refinement": Refinement, "titok": Titok, "llamagen": LlamaGen}[step["kind"]](step)
    model.load_state_dict(read_safetensors(f"{folder}/weights.safetensors"))
    inputs = read_safetensors(f"{folder}/inputs.safetensors")
    parameters = list(model.parameters())
    averages = [parameter.detach().clone() for parameter in parameters]
    optimizer = torch.optim.AdamW(
        parameters, lr=step["lr"], betas=(step["beta1"], step["beta2"]), eps=step["epsilon"], weight_decay=step["weight_decay"]
    )

    def train():
        optimizer.zero_grad(set_to_none=True)
        loss = model.loss(inputs)
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, step["clip"])
        optimizer.step()
        with torch.no_grad():
            for average, parameter in zip(averages, parameters):
                average.lerp_(parameter, 1 - step["average"])
        return loss

    first = [train().item() for _ in range(FIRST_STEPS)]
    print(json.dumps({"torch": torch.__version__, "losses": first}), flush=True)
    for line in sys.stdin:
        wall, processor = time.perf_counter(), time.process_time()
        for _ in range(int(line)):
            train()
        print(json.dumps({"wall": time.perf_counter() - wall, "processor": time.process_time() - processor}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
