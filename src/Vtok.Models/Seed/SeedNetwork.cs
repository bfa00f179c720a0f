using TorchSharp.Utils;
using Vtok.Models.Layers;
using Vtok.Models.Layers.Vision;
using Vtok.Models.Quantizers;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Seed;

/// <summary>SEED (arXiv 2307.08041, 2310.01218): picture to 32 causal ids, ids to an embedding in CLIP's space. Keys as published.</summary>
/// <remarks>Values are undefined until loaded or <see cref="Initialize"/>d.</remarks>
public sealed class SeedNetwork : Module<Tensor, Tensor>
{
    private const int M = QFormer.CausalQueries;
    private const double StartDeviation = 0.02;

    [ComponentName(Name = "query_tokens")] private readonly TorchSharp.Modules.Parameter _queries;          // [1, M, C]
    [ComponentName(Name = "pos_embed")] private readonly TorchSharp.Modules.Parameter? _semanticPositions;  // [1, M, C]
    [ComponentName(Name = "pos_embed_image")] private readonly TorchSharp.Modules.Parameter? _imagePositions;
    [ComponentName(Name = "pos_embed_text")] private readonly TorchSharp.Modules.Parameter? _textPositions;
    [ComponentName(Name = "reverse_tokens")] private readonly TorchSharp.Modules.Parameter? _reverseQueries; // [1, R, C]
    [ComponentName(Name = "visual_encoder")] private readonly EvaVit _tower;
    [ComponentName(Name = "ln_vision")] private readonly LayerNorm _visionNorm;
    [ComponentName(Name = "Qformer")] private readonly QFormer _qFormer;
    [ComponentName(Name = "quantize")] private readonly VectorQuantizer _quantizer;
    [ComponentName(Name = "encode_task_layer")] private readonly TwoLayerHead _down;
    [ComponentName(Name = "decode_task_layer")] private readonly TwoLayerHead _up;
    [ComponentName(Name = "blocks")] private readonly TorchSharp.Modules.ModuleList<VitBlock>? _semanticBlocks;
    [ComponentName(Name = "blocks_image")] private readonly TorchSharp.Modules.ModuleList<VitBlock>? _imageBlocks;
    [ComponentName(Name = "blocks_text")] private readonly TorchSharp.Modules.ModuleList<VitBlock>? _textBlocks;
    [ComponentName(Name = "image_down")] private readonly ImageDown? _imageDown;
    [ComponentName(Name = "Reverse_Qformer")] private readonly QFormer? _reverseQFormer;
    [ComponentName(Name = "distill_image_proj")] private readonly Linear? _imageProjection;
    [ComponentName(Name = "distill_text_proj")] private readonly Linear? _textProjection;

    /// <summary>Creates the network.</summary>
    /// <exception cref="ArgumentException">The settings are out of range.</exception>
    public SeedNetwork(SeedConfig config) : base(nameof(SeedNetwork))
    {
        config.Validate();
        Config = config;
        int width = config.QFormer.Width;
        bool text = config.Head == SeedHead.Text;
        _queries = new TorchSharp.Modules.Parameter(zeros(1, M, width));
        _tower = new EvaVit(config.Vit);
        _visionNorm = new LayerNorm(config.Vit.Width);
        _qFormer = new QFormer(config.QFormer);
        _quantizer = new VectorQuantizer(QuantizerConfig(config.CodebookSize, config.CodeDimension));
        _down = new TwoLayerHead(width, width, config.CodeDimension, Activation.Tanh);
        _up = new TwoLayerHead(config.CodeDimension, config.CodeDimension, width, Activation.Tanh);
        if (config.SemanticBranch)
            (_semanticPositions, _semanticBlocks) = (new TorchSharp.Modules.Parameter(zeros(1, M, width)), Blocks(config));
        if (text)
            (_textPositions, _textBlocks) = (new TorchSharp.Modules.Parameter(zeros(1, M, width)), Blocks(config));
        else
            (_imagePositions, _imageBlocks) = (new TorchSharp.Modules.Parameter(zeros(1, M, width)), Blocks(config));
        if (config.Head != SeedHead.ImageDown)
        {
            _reverseQueries = new TorchSharp.Modules.Parameter(zeros(1, config.ReverseQueries, width));
            _reverseQFormer = new QFormer(config.ReverseQFormer);
        }
        else
            _imageDown = new ImageDown(width);
        Linear projection = new(config.Head == SeedHead.ImageDown ? M * ImageDown.Outputs : width, config.FeatureWidth);
        (_imageProjection, _textProjection) = text ? (null, projection) : (projection, (Linear?)null);
        RegisterComponents();
    }

    /// <summary>The settings.</summary>
    public SeedConfig Config { get; }

    /// <summary>The codebook with the published losses.</summary>
    internal VectorQuantizer Quantizer => _quantizer;

    /// <summary>Settings of the published quantizer.</summary>
    /// <remarks>Quirk (legacy): 0.25 weighs the codebook's loss, 1 the commitment. Exchanging them is what the paper says and what nobody trained.</remarks>
    internal static VectorQuantizerConfig QuantizerConfig(int codes, int dimension, double beta = 0.25, bool legacy = true) => new()
    {
        CodebookSize = codes,
        CodeDimension = dimension,
        CommitmentCost = legacy ? 1 : beta,
        CodebookCost = legacy ? beta : 1,
    };

    /// <summary>Normalised pictures [B, 3, S, S] to ids, int64 [B, 32].</summary>
    public override Tensor forward(Tensor images) => Encode(images);

    /// <summary>Normalised pictures [B, 3, S, S] to ids, int64 [B, 32].</summary>
    public Tensor Encode(Tensor images)
    {
        using DisposeScope scope = NewDisposeScope();
        return _quantizer.Encode(Reduce(ReadQueries(SeeImages(images)))).MoveToOuterDisposeScope();
    }

    /// <summary>The tower's normalised tokens [B, 1+N, E].</summary>
    public Tensor SeeImages(Tensor images)
    {
        using DisposeScope scope = NewDisposeScope();
        return _visionNorm.call(_tower.call(images)).MoveToOuterDisposeScope();
    }

    /// <summary>The causal Q-Former's states [B, 32, C] for the tower's tokens: state i depends on queries 0..i alone.</summary>
    public Tensor ReadQueries(Tensor tokens) => ReadQueries(_queries, tokens);

    /// <summary>The same for other queries [1, 32, C].</summary>
    internal Tensor ReadQueries(Tensor queries, Tensor tokens)
    {
        using DisposeScope scope = NewDisposeScope();
        return _qFormer.call(queries.expand(tokens.size(0), -1, -1), tokens).MoveToOuterDisposeScope();
    }

    /// <summary>The learned queries [1, 32, C], owned by this module.</summary>
    internal Tensor Queries => _queries;

    /// <summary>States [B, 32, C] to vectors of the codebook's space [B, 32, D].</summary>
    public Tensor Reduce(Tensor states) => _down.call(states);

    /// <summary>Ids [B, 32] to the de-tokenizer's input [B, 32, C].</summary>
    public Tensor Raise(Tensor ids)
    {
        using DisposeScope scope = NewDisposeScope();
        return _up.call(_quantizer.Decode(ids)).MoveToOuterDisposeScope();
    }

    /// <summary>The reconstruction of the Q-Former's states [B, 32, C] that training compares them with.</summary>
    /// <exception cref="InvalidOperationException">The model has no such branch.</exception>
    public Tensor Reconstruct(Tensor raised)
    {
        if (_semanticPositions is null || _semanticBlocks is null)
            throw new InvalidOperationException("this model has no semantic branch (recon_s)");
        return Through(_semanticBlocks, raised, _semanticPositions);
    }

    /// <summary>The embedding that a diffusion model takes: [B, F] in CLIP's image space, for SEED-1 [B, 77, F] in its text space.</summary>
    /// <param name="raised">[B, 32, C] of <see cref="Raise"/>.</param>
    public Tensor Embed(Tensor raised)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor states = Through((_textBlocks ?? _imageBlocks)!, raised, (_textPositions ?? _imagePositions)!);     // [B, 32, C]
        if (_imageDown is not null)
            return _imageProjection!.call(_imageDown.call(states).flatten(1)).MoveToOuterDisposeScope();           // token by token: [B, 32 * 32]
        Tensor read = _reverseQFormer!.call(_reverseQueries!.expand(raised.size(0), -1, -1), states);              // [B, R, C]
        Tensor embedding = (_textProjection ?? _imageProjection)!.call(read);                                      // [B, R, F]
        return (Config.Head == SeedHead.Text ? embedding : embedding.squeeze(1)).MoveToOuterDisposeScope();
    }

    /// <summary>Random values in the published style; for tests and for training from nothing.</summary>
    public void Initialize(Generator generator)
    {
        _tower.Initialize(generator);
        _qFormer.Initialize(generator);
        _reverseQFormer?.Initialize(generator);
        _quantizer.Initialize(generator);
        _down.Initialize(generator);
        _up.Initialize(generator);
        _imageDown?.Initialize(generator);
        _imageProjection?.Initialize(generator);
        _textProjection?.Initialize(generator);
        foreach (Tensor? tokens in (Tensor?[])[_queries, _reverseQueries])
            if (tokens is not null)
                Initialization.Normal(tokens, StartDeviation, generator);
        foreach (VitBlock block in new[] { _semanticBlocks, _imageBlocks, _textBlocks }.Where(list => list is not null).SelectMany(list => list!))
            block.Initialize(StartDeviation, generator);
    }

    private static TorchSharp.Modules.ModuleList<VitBlock> Blocks(SeedConfig config) =>
        new([.. Enumerable.Range(0, config.DecodeDepth).Select(_ => new VitBlock(config.QFormer.Width, config.BlockHeads))]);

    private static Tensor Through(TorchSharp.Modules.ModuleList<VitBlock> blocks, Tensor raised, Tensor positions)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = raised + positions;
        foreach (VitBlock block in blocks)
            x = block.call(x);
        return x.MoveToOuterDisposeScope();
    }
}
