using TorchSharp.Utils;
using Vtok.Models.Layers;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Seed;

/// <summary>Embeddings and layers of a <see cref="QFormer"/>. Keys: embeddings, encoder.layer.i.</summary>
internal sealed class QFormerBody : Module
{
    private const double StartDeviation = 0.02; // BERT's initializer_range

    [ComponentName(Name = "embeddings")] private readonly QFormerEmbeddings _embeddings;
    [ComponentName(Name = "encoder")] private readonly Stack _encoder;

    public QFormerBody(QFormerConfig config) : base(nameof(QFormerBody))
    {
        _embeddings = new QFormerEmbeddings(config);
        _encoder = new Stack(config);
        RegisterComponents();
    }

    public void Initialize(Generator generator)
    {
        foreach ((string name, TorchSharp.Modules.Parameter parameter) in named_parameters())
            if (parameter.ndim > 1)
                Initialization.Normal(parameter, StartDeviation, generator);
            else if (name.EndsWith("bias", StringComparison.Ordinal))
                Initialization.Zero(parameter);
    }

    public Tensor Embed(Tensor? queries, Tensor? ids) => _embeddings.Embed(queries, ids);

    /// <summary>All layers.</summary>
    /// <param name="embedded">[B, L, C], queries first.</param>
    /// <param name="queries">How many of the rows are queries.</param>
    /// <param name="selfMask">Added to the scores of self-attention, or null.</param>
    /// <param name="states">[B, N, E], or null without queries.</param>
    /// <param name="crossMask">Added to the scores of cross attention, or null.</param>
    /// <param name="layers">Receives copies of the embeddings and of every layer's output, or null.</param>
    public Tensor Run(Tensor embedded, int queries, Tensor? selfMask, Tensor? states, Tensor? crossMask, ICollection<Tensor>? layers)
    {
        using DisposeScope scope = NewDisposeScope();
        layers?.Add(embedded.detach().clone().DetachFromDisposeScope());
        Tensor x = embedded;
        foreach (QFormerLayer layer in _encoder.Layers)
        {
            x = layer.Run(x, queries, selfMask, states, crossMask);
            layers?.Add(x.detach().clone().DetachFromDisposeScope());
        }
        return x.MoveToOuterDisposeScope();
    }

    // The published "encoder" has one list, "layer".
    private sealed class Stack : Module
    {
        [ComponentName(Name = "layer")] private readonly TorchSharp.Modules.ModuleList<QFormerLayer> _layers;

        public Stack(QFormerConfig config) : base(nameof(Stack))
        {
            _layers = new TorchSharp.Modules.ModuleList<QFormerLayer>([.. Enumerable.Range(0, config.Layers).Select(i => new QFormerLayer(config, i))]);
            RegisterComponents();
        }

        public IEnumerable<QFormerLayer> Layers => _layers;
    }
}
