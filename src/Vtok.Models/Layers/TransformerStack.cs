using Vtok.Torch;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Layers;

/// <summary>Transformer blocks one after the other: [B, L, C] to [B, L, C]. Keys: 0, 1, ...</summary>
public sealed class TransformerStack : Module<Tensor, Tensor>
{
    private readonly TransformerBlock[] _blocks;

    /// <summary>Creates the blocks.</summary>
    public TransformerStack(int width, int layers, int heads, Activation activation = Activation.Gelu) : base(nameof(TransformerStack))
    {
        _blocks = [.. Enumerable.Range(0, layers).Select(_ => new TransformerBlock(width, heads, activation))];
        for (int i = 0; i < layers; i++)
            register_module(i.ToString(System.Globalization.CultureInfo.InvariantCulture), _blocks[i]);
    }

    /// <summary>Whether training keeps only the input of each block and computes the block again in the backward pass: less memory, a third more time.</summary>
    public bool Checkpointing { get; set; }

    /// <summary>The start of every block.</summary>
    public void Initialize(double deviation, Generator generator)
    {
        foreach (TransformerBlock block in _blocks)
            block.Initialize(deviation, generator);
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        Tensor current = input.alias();
        foreach (TransformerBlock block in _blocks)
        {
            Tensor next = Checkpointing && training ? GradientCheckpoint.Run(block.call, current) : block.call(current);
            current.Dispose(); // at once: a graph, where there is one, holds what it needs
            current = next;
        }
        return current;
    }
}
