using Vtok.Models.Layers.Vision;
using Vtok.Models.Weights;

namespace Vtok.Models.Seed;

/// <summary>Published SEED files as one source: the tower's positions are resampled where its grid is another. The source stays its owner's.</summary>
internal sealed class SeedWeights : IWeightSource
{
    /// <summary>Where the tower lies among the names.</summary>
    public const string Tower = "visual_encoder.";

    private const string Positions = Tower + "pos_embed";

    private readonly IWeightSource _source;
    private readonly int _grid;
    private readonly bool _resampled;

    /// <summary>Wraps a source.</summary>
    /// <param name="source">Tensors under the names of the published class.</param>
    /// <param name="config">The model that they are for.</param>
    /// <exception cref="CheckpointException">The tower is not there or is another network.</exception>
    public SeedWeights(IWeightSource source, SeedConfig config)
    {
        (_source, _grid, Entries) = (source, config.Vit.Grid, source.Entries);
        CheckTower(config.Vit);
        TensorEntry? positions = source.Entries.GetValueOrDefault(Positions);
        _resampled = positions is { Shape: [1, var tokens, var width] } && width == config.Vit.Width && tokens != config.Vit.Tokens && EvaPositions.SideOf(tokens) is not null;
        if (_resampled)
            Entries = new Dictionary<string, TensorEntry>(source.Entries) { [Positions] = new(positions!.Type, [1, config.Vit.Tokens, config.Vit.Width]) };
    }

    public IReadOnlyDictionary<string, TensorEntry> Entries { get; }

    public IReadOnlyDictionary<string, string> Metadata => _source.Metadata;

    public Tensor this[string name]
    {
        get
        {
            if (!_resampled || name != Positions)
                return _source[name];
            using DisposeScope scope = NewDisposeScope();
            return EvaPositions.Resample(_source[name].to(ScalarType.Float32), _grid).MoveToOuterDisposeScope();
        }
    }

    public void Dispose()
    {
    }

    // The first look at the tower, whose file is the one that is easily mistaken.
    private void CheckTower(EvaVitConfig vit)
    {
        (string Key, long[] Shape)[] marks =
        [
            ("cls_token", [1, 1, vit.Width]),
            ("patch_embed.proj.weight", [vit.Width, 3, vit.PatchSize, vit.PatchSize]),
            ($"blocks.{vit.Depth - 1}.attn.qkv.weight", [3L * vit.Width, vit.Width]),
            ($"blocks.{vit.Depth - 1}.mlp.fc1.weight", [vit.MlpWidth, vit.Width]),
        ];
        foreach ((string key, long[] shape) in marks)
        {
            string found = !Entries.TryGetValue(Tower + key, out TensorEntry? entry) ? "missing" : entry.Shape.SequenceEqual(shape) ? "" : $"[{string.Join(", ", entry.Shape)}]";
            if (found.Length > 0)
                throw new CheckpointException(CheckpointError.Mismatch, $"{Tower}{key}: {found}, expected [{string.Join(", ", shape)}] of the EVA-CLIP g/14 tower (put eva_vit_g.pth of BLIP-2 beside the quantizer's file)");
        }
    }
}
