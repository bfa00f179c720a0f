using System.Text.Json;
using Vtok.Models.FlexTok;
using Vtok.Models.Layers.Flow;
using Vtok.Models.Quantizers;
using Vtok.Models.Weights;
using Vtok.Training.Optimization;
using Vtok.Training.Recipes;
using Vtok.Training.Tasks;

namespace Vtok.Parity.FlexTok;

/// <summary>One training step from given draws: losses, gradients, weights after AdamW; with alignment to given features where the case has it.</summary>
internal sealed class TrainingRunner : ICaseRunner
{
    private const double LeastGradient = 1e-6; // below it the first step of Adam is ill-conditioned, as the cases' notes say
    private const int AlignedBlock = 1;

    public string Family => FlexTokConfig.Family;

    public IReadOnlyList<string> Kinds => ["training"];

    public void Run(GoldenCase golden, CaseReport report)
    {
        JsonElement settings = golden.Config.GetProperty("_train"), repa = settings.GetProperty("repa");
        double Number(string name) => settings.GetProperty(name).GetDouble();
        bool aligns = repa.ValueKind == JsonValueKind.Object;
        ModelConfig tree = Published.Config(golden);
        using FiniteScalarQuantizer quantizer = Published.Quantizer(tree.Section("regularizer"));
        FlexTokEncoderConfig encoder = FlexTokTree.ReadEncoder(tree.Section("encoder"));
        FlexTokDecoderConfig decoder = FlexTokTree.ReadDecoder(tree.Section("decoder"));
        using var trained = new Trained(encoder, decoder, aligns ? Projector(repa, decoder.Transformer.Width) : null);
        WeightLoader.Load(trained, golden.Weights);
        OptimizerRecipe recipe = new()
        {
            LearningRate = Number("lr"), Beta1 = settings.GetProperty("betas")[0].GetDouble(), Beta2 = settings.GetProperty("betas")[1].GetDouble(),
            Epsilon = Number("eps"), WeightDecay = Number("weight_decay"), Clip = 0,
        };
        using var trainee = new Trainee(trained, recipe, (_, _) => true);

        Tensor draws = golden.Input("sigma_uniform_draws"), times = FlowTimes.FromDraws(FlexTokTree.ReadTimes(tree), draws, draws);
        FlexTokObjectiveOutput output = new FlexTokObjective(trained.Encoder, quantizer, trained.Decoder).Run(
            cat([.. golden.Inputs("vae_latents")], 0), cat([.. golden.Inputs("flow_noise")], 0), times,
            [.. golden.Input("keep_k").data<long>().Select(count => (int)count)],
            [.. golden.Input("null_draws").data<float>().Select(draw => draw < decoder.NullProbability)], aligns ? AlignedBlock : null);
        List<LossTerm> terms = [new("flow", output.Errors.mean())];
        if (trained.Projector is { } projector)
        {
            Tensor projected = projector.call(output.Patches!).permute(0, 3, 1, 2); // [B, d, rows, columns]
            terms.Add(new("alignment", FlexTokObjective.Alignment(projected, golden.Input("repa_target_features")), repa.GetProperty("weight").GetDouble()));
            report.Compare("repa_proj", projected);
            report.Compare("loss_repa", terms[^1].Value);
        }
        report.Compare("sigmas", times);
        report.Compare("enc_latents", output.Features);
        report.Compare("tokens", output.Ids);
        report.Compare("x_t", output.Noised);
        report.Compare("velocity", output.Velocity);
        report.Compare("loss_flow_per_sample", output.Errors);
        report.Compare("loss_flow", terms[0].Value);
        report.Compare("loss", trainee.Backward(terms));

        (string Name, Tensor Weight, Tensor? Gradient)[] updated = [.. trained.named_parameters().Select(pair => (pair.name, (Tensor)pair.parameter, pair.parameter.grad?.clone()))];
        trainee.Update(recipe.LearningRate);
        foreach ((string name, Tensor weight, Tensor? gradient) in updated)
        {
            if (golden.HasExpected("grad." + name))
                report.Compare("grad." + name, gradient ?? zeros_like(weight));
            if (golden.HasExpected("after." + name))
                report.Compare("after." + name, weight, gradient?.abs().gt(LeastGradient));
        }
    }

    private static MlpHead Projector(JsonElement repa, int width) => new(width, repa.GetProperty("dim_out").GetInt32(), new FlexHeadConfig
    {
        Norm = TokenNormKind.None, Layers = repa.GetProperty("mlp_layers").GetInt32(), HiddenRatio = repa.GetProperty("dim_hidden_ratio").GetDouble(),
    });

    private sealed class Trained : nn.Module
    {
        public Trained(FlexTokEncoderConfig encoder, FlexTokDecoderConfig decoder, MlpHead? projector) : base(nameof(Trained))
        {
            (Encoder, Decoder, Projector) = (new FlexTokEncoder(encoder), new FlexTokDecoder(decoder), projector);
            register_module("encoder", Encoder);
            register_module("decoder", Decoder);
            if (projector is not null)
                register_module("repa", projector);
        }

        public FlexTokEncoder Encoder { get; }

        public FlexTokDecoder Decoder { get; }

        public MlpHead? Projector { get; }
    }
}
