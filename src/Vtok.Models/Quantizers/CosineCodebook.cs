using TorchSharp.Utils;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Quantizers;

/// <summary>The codes of a <see cref="CosineQuantizer"/> under their published names.</summary>
/// <remarks>Keys: weight [K, D]; when trainable also cluster_size [K], embed_avg [K, D], which nothing reads, and initted [1].</remarks>
internal sealed class CosineCodebook : Module
{
    [ComponentName(Name = "weight")] private readonly TorchSharp.Modules.Parameter _codes;
    [ComponentName(Name = "cluster_size")] private readonly TorchSharp.Modules.Parameter? _unusedSize;
    [ComponentName(Name = "embed_avg")] private readonly TorchSharp.Modules.Parameter? _unusedAverage;
    [ComponentName(Name = "initted")] private readonly Tensor? _started;

    public CosineCodebook(CosineQuantizerConfig config) : base(nameof(CosineCodebook))
    {
        _codes = new TorchSharp.Modules.Parameter(empty(config.CodebookSize, config.CodeDimension), requires_grad: false);
        if (config.Trainable)
        {
            _unusedSize = new TorchSharp.Modules.Parameter(zeros(config.CodebookSize), requires_grad: false);
            _unusedAverage = new TorchSharp.Modules.Parameter(zeros(config.CodebookSize, config.CodeDimension), requires_grad: false);
            _started = zeros(1).DetachFromDisposeScope();
        }
        RegisterComponents();
    }

    public Tensor Codes => _codes;

    /// <summary>1 once the codes have their start, else 0; null when not trainable.</summary>
    public Tensor? Started => _started;
}
