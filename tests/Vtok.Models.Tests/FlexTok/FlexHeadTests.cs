using Vtok.Models.FlexTok;

namespace Vtok.Models.Tests.FlexTok;

/// <summary>What comes after a trunk.</summary>
[TestClass]
public sealed class FlexHeadTests
{
    private const int Width = 8, Features = 3;
    private const double Rounding = 1e-6;

    [TestMethod]
    public void A_readout_divides_its_input_by_width_over_base_width()
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        TokenHead plain = Drawn(new()), readout = Drawn(new() { BaseWidth = 2 });
        Tensor tokens = TinyFlexTok.Noise([5, Width]), bias = plain.state_dict()["proj.bias"];

        Tensor expected = (plain.call(tokens) - bias) * 0.25 + bias;

        Assert.IsLessThan(Rounding, (expected - readout.call(tokens)).abs().max().item<float>());
    }

    [TestMethod]
    public void Layers_have_the_published_names_and_shapes()
    {
        Expect(new(), "proj.bias [3]", "proj.weight [3, 8]");
        Expect(new() { Norm = TokenNormKind.Scaled, Bias = false }, "norm.weight [8]", "proj.weight [3, 8]");
        Expect(new() { Layers = 3, HiddenRatio = 1.5, Norm = TokenNormKind.None }, "mlp.0.bias [12]", "mlp.0.weight [12, 8]", "mlp.2.bias [12]", "mlp.2.weight [12, 12]", "out_proj.bias [3]", "out_proj.weight [3, 12]");
        Expect(new() { Layers = 2 }, "mlp.1.bias [32]", "mlp.1.weight [32, 8]", "out_proj.bias [3]", "out_proj.weight [3, 32]");

        static void Expect(FlexHeadConfig config, params string[] names)
        {
            using TokenHead head = TokenHead.Of(Width, Features, config);
            CollectionAssert.AreEqual(names, head.state_dict().Select(pair => $"{pair.Key} [{string.Join(", ", pair.Value.shape)}]").Order(StringComparer.Ordinal).ToArray());
        }
    }

    [TestMethod]
    public void Several_layers_are_norm_then_linear_and_silu_in_turn()
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        TokenHead head = Drawn(new() { Layers = 3, HiddenRatio = 2 });
        Dictionary<string, Tensor> weights = head.state_dict();
        Tensor tokens = TinyFlexTok.Noise([5, Width]), x = nn.functional.layer_norm(tokens, [Width]);
        foreach (string layer in (string[])["mlp.1", "mlp.3"])
            x = nn.functional.silu(x.mm(weights[layer + ".weight"].t()) + weights[layer + ".bias"]);

        Tensor expected = x.mm(weights["out_proj.weight"].t()) + weights["out_proj.bias"];

        Assert.IsLessThan(Rounding, (expected - head.call(tokens)).abs().max().item<float>());
    }

    private static TokenHead Drawn(FlexHeadConfig config) => TinyFlexTok.Drawn(TokenHead.Of(Width, Features, config), 1);
}
