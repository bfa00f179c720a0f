using Vtok.Models.Discriminators;
using Vtok.Models.Weights;
using Vtok.Parity.OneDPiece;

namespace Vtok.Parity.TitokTraining;

/// <summary>The discriminator's stages, logits and the gradients of their mean.</summary>
internal sealed class DiscriminatorRunner(string family) : ICaseRunner
{
    private static readonly Dictionary<string, string> Traced = new() { ["block_in"] = "block_in", ["blocks.*"] = "block*" };

    public string Family => family;

    public IReadOnlyList<string> Kinds => ["discriminator"];

    public void Run(GoldenCase golden, CaseReport report)
    {
        using BlurDiscriminator discriminator = new(TrainingCase.Discriminator(golden.Config));
        WeightLoader.Load(discriminator, golden.Weights);
        Dictionary<string, Tensor> outputs = [];
        _ = new Trace(discriminator, Traced, outputs);
        Tensor x = golden.Input("x").clone().requires_grad_();
        Tensor logits = outputs["logits"] = discriminator.call(x);
        logits.mean().backward();
        outputs["block_in_mean"] = outputs["block_in"].mean([2, 3]);
        outputs["grad_x"] = x.grad!;
        foreach ((string name, TorchSharp.Modules.Parameter parameter) in discriminator.named_parameters())
            outputs["grad." + name] = parameter.grad!;
        report.Compare(outputs);
    }
}
