namespace Vtok.Parity;

/// <summary>All runners, one line each.</summary>
public static class CaseRunners
{
    /// <summary>Runners of cases (folders with a case.json).</summary>
    public static IReadOnlyList<ICaseRunner> All { get; } =
    [
        new Imaging.PillowRunner(),
        new Imaging.InterpolationRunner(),
        new Imaging.QualityRunner(),
        new Imaging.CurveRunner(),
        new Imaging.FeatureDistanceRunner(),
        new Perceptual.MobileNetRunner(),
        new Perceptual.LpipsRunner(),
        new Perceptual.KernelDistanceRunner(),
        new OneDPiece.TokenizerRunner("titok"),
        new OneDPiece.StageOneRunner("titok"),
        new OneDPiece.ProxyTokenizerRunner("titok"),
        new OneDPiece.QuantizerRunner("titok"),
        new OneDPiece.PreprocessingRunner("titok"),
        new OneDPiece.MetricsRunner("titok"),
        new OneDPiece.TokenizerRunner("one-d-piece"),
        new OneDPiece.StageOneRunner("one-d-piece"),
        new OneDPiece.ProxyTokenizerRunner("one-d-piece"),
        new OneDPiece.QuantizerRunner("one-d-piece"),
        new OneDPiece.PreprocessingRunner("one-d-piece"),
        new OneDPiece.MetricsRunner("one-d-piece"),
        new TitokTraining.StageOneTrainingRunner("titok"),
        new TitokTraining.PixelTrainingRunner("titok"),
        new TitokTraining.LossesRunner("titok"),
        new TitokTraining.DiscriminatorRunner("titok"),
        new TitokTraining.PerceptualLossRunner("titok"),
        new TitokTraining.SchedulesRunner("titok"),
        new TitokTraining.StageOneTrainingRunner("one-d-piece"),
        new TitokTraining.PixelTrainingRunner("one-d-piece"),
        new TitokTraining.LossesRunner("one-d-piece"),
        new TitokTraining.DiscriminatorRunner("one-d-piece"),
        new TitokTraining.PerceptualLossRunner("one-d-piece"),
        new TitokTraining.SchedulesRunner("one-d-piece"),
        new LlamaGen.CheckpointRunner(),
        new Seed.VitRunner(),
        new Seed.PositionsRunner(),
        new FlexTok.AutoencoderRunner(),
        new FlexTok.QuantizerRunner(),
        new FlexTok.DropoutRunner(),
        new FlexTok.MaskRunner(),
        new FlexTok.PositionRunner(),
        new FlexTok.TimesRunner(),
        new FlexTok.GuidanceRunner(),
        new FlexTok.PreprocessingRunner(),
        new FlexTok.EncoderRunner(),
        new FlexTok.DecoderRunner(),
        new FlexTok.SamplingRunner(),
        new FlexTok.EndToEndRunner(),
        new FlexTok.CheckpointRunner(),
        new LlamaGen.TokenizerRunner(),
        new LlamaGen.QuantizerRunner(),
        new TokenFlow.TokenizerRunner(),
        new TokenFlow.FullTokenizerRunner(),
        new TokenFlow.QuantizerRunner(),
        new TokenFlow.MovingAverageRunner(),
        new TokenFlow.InterpolationRunner(),
        new TokenFlow.EncoderRunner(),
        new TokenFlow.LanguageFeaturesRunner(),
        new TokenFlow.PreprocessingRunner(),
        new Seed.QFormerRunner(),
        new Seed.QuantizerRunner(),
        new Seed.TokenizerRunner(),
        new Seed.UnclipRunner(),
        new Seed.PreprocessingRunner(),
        new LlamaGen.DiscriminatorRunner(),
        new LlamaGen.PerceptualRunner(),
        new LlamaGen.PreprocessingRunner(),
        new Lavit.VitRunner(),
        new Lavit.SelectorRunner(),
        new Lavit.MergerRunner(),
        new Lavit.QuantizerRunner(),
        new Lavit.TokenizerRunner(),
        new Lavit.DecoderRunner(),
        new Lavit.PreprocessingRunner(),
    ];

    /// <summary>Builders of full-size models for manifest-*.json.</summary>
    public static IReadOnlyList<IManifestBuilder> Manifests { get; } =
    [
        new OneDPiece.ManifestBuilder(),
        new TitokTraining.LossManifestBuilder(),
        new FlexTok.ManifestBuilder(),
        new LlamaGen.ManifestBuilder(),
        new TokenFlow.ManifestBuilder(),
        new Seed.ManifestBuilder(),
        new Lavit.ManifestBuilder(),
    ];

    /// <summary>Runners of the other JSON files that lie beside the cases.</summary>
    public static IReadOnlyList<IFileRunner> Files { get; } =
    [
        new Perceptual.KodakBlocksRunner(),
        new Perceptual.PhotosKernelDistanceRunner(),
        new OneDPiece.KnownTokensRunner("titok"),
        new OneDPiece.KnownTokensRunner("one-d-piece"),
    ];
}
