using TorchSharp.Utils;
using Vtok.Models.Layers;
using Vtok.Torch;
using static TorchSharp.torch.nn;

namespace Vtok.Models.TokenFlow;

/// <summary>CLIP's vision transformer (arXiv 2103.00020) under the authors' names: [B, 3, H, W] to patch tokens [B, N, W] after the last norm.</summary>
internal sealed class ClipVisionEncoder : Module<Tensor, Tensor>
{
    [ComponentName(Name = "class_embedding")] private readonly TorchSharp.Modules.Parameter _class;        // [W]
    [ComponentName(Name = "positional_embedding")] private readonly TorchSharp.Modules.Parameter _positions; // [1 + n0^2, W]
    [ComponentName(Name = "proj")] private readonly TorchSharp.Modules.Parameter? _projection;             // [W, out]
    [ComponentName(Name = "conv1")] private readonly Conv2d _patches;
    [ComponentName(Name = "ln_pre")] private readonly LayerNorm _inputNorm;
    [ComponentName(Name = "transformer")] private readonly ClipTransformer _transformer;
    [ComponentName(Name = "ln_post")] private readonly LayerNorm _outputNorm;
    private readonly int _patchSize;

    /// <summary>Creates the encoder; a teacher also has the projection of its features.</summary>
    public ClipVisionEncoder(ClipVisionConfig config, bool teacher = false) : base(nameof(ClipVisionEncoder))
    {
        _class = new TorchSharp.Modules.Parameter(empty(config.Width));
        _positions = new TorchSharp.Modules.Parameter(empty(1 + config.Grid * config.Grid, config.Width));
        _projection = teacher ? new TorchSharp.Modules.Parameter(empty(config.Width, config.OutputWidth)) : null;
        _patches = new Conv2d(3, config.Width, config.PatchSize, config.PatchSize, bias: false);
        _inputNorm = new LayerNorm(config.Width);
        _transformer = new ClipTransformer(config);
        _outputNorm = new LayerNorm(config.Width);
        _patchSize = config.PatchSize;
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor tokens = Tokens(input);
        return tokens.narrow(1, 1, tokens.size(1) - 1).MoveToOuterDisposeScope();
    }

    /// <summary>The positions for a grid of n x n: [1, 1 + n^2, W].</summary>
    public Tensor Positions(int n) => PositionTable.Resize(_positions.unsqueeze(0), n);

    /// <summary>What a teacher gives: patch tokens after the projection [B, N, out].</summary>
    public Tensor TeacherFeatures(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        return Project(call(input)).MoveToOuterDisposeScope();
    }

    /// <summary>One vector a picture, the class token after the projection [B, out].</summary>
    public Tensor Pooled(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        return Project(Tokens(input).select(1, 0)).MoveToOuterDisposeScope();
    }

    private Tensor Tokens(Tensor input)
    {
        Tensor patches = _patches.call(input).flatten(2).transpose(1, 2);                          // [B, N, W]
        Tensor first = _class.view(1, 1, -1).expand(input.size(0), 1, patches.size(2));           // [B, 1, W]
        Tensor x = cat([first, patches], 1) + Positions((int)(input.size(2) / _patchSize));       // [B, 1 + N, W]
        return _outputNorm.call(_transformer.call(_inputNorm.call(x)));
    }

    private Tensor Project(Tensor tokens) =>
        SafeOps.MatMul(tokens, _projection ?? throw new InvalidOperationException("this encoder was built without a teacher's projection"));
}

/// <summary>The blocks of CLIP's transformer. Key: resblocks.</summary>
internal sealed class ClipTransformer : Module<Tensor, Tensor>
{
    [ComponentName(Name = "resblocks")] private readonly TransformerStack _blocks;

    public ClipTransformer(ClipVisionConfig config) : base(nameof(ClipTransformer))
    {
        _blocks = new TransformerStack(config.Width, config.Layers, config.Heads, Activation.QuickGelu);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => _blocks.call(input);
}
