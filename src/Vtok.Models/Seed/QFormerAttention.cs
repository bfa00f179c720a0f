using TorchSharp.Utils;
using Vtok.Models.Layers;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Seed;

/// <summary>BERT's attention with its output: rows [B, M, C] on sources [B, N, E] to [B, M, C], normalised after the sum.</summary>
/// <remarks>Keys: self.{query, key, value}, output.{dense, LayerNorm}.</remarks>
internal sealed class QFormerAttention : Module
{
    [ComponentName(Name = "self")] private readonly Projections _projections;
    [ComponentName(Name = "output")] private readonly ResidualOutput _output;
    private readonly int _heads;

    public QFormerAttention(QFormerConfig config, int sourceWidth) : base(nameof(QFormerAttention))
    {
        _projections = new Projections(config.Width, sourceWidth);
        _output = new ResidualOutput(config.Width, config.Width, config.NormEpsilon);
        _heads = config.Heads;
        RegisterComponents();
    }

    public Tensor Run(Tensor rows, Tensor sources, Tensor? mask)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor mixed = Attention.Mix(_projections.Query(rows), _projections.Key(sources), _projections.Value(sources), _heads, mask);
        return _output.Run(mixed, rows).MoveToOuterDisposeScope();
    }

    private sealed class Projections : Module
    {
        [ComponentName(Name = "query")] private readonly Linear _query;
        [ComponentName(Name = "key")] private readonly Linear _key;
        [ComponentName(Name = "value")] private readonly Linear _value;

        public Projections(int width, int sourceWidth) : base(nameof(Projections))
        {
            _query = new Linear(width, width);
            _key = new Linear(sourceWidth, width);
            _value = new Linear(sourceWidth, width);
            RegisterComponents();
        }

        public Tensor Query(Tensor rows) => _query.call(rows);

        public Tensor Key(Tensor sources) => _key.call(sources);

        public Tensor Value(Tensor sources) => _value.call(sources);
    }
}
