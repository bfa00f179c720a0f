using Vtok.Models.Perceptual;
using Vtok.Models.Tests.Weights;
using Vtok.Models.Weights;

namespace Vtok.Models.Tests.Perceptual;

[TestClass]
public sealed class LpipsVggTests
{
    private static readonly int[] Widths = [4, 4, 6, 6, 6];

    [TestMethod]
    public void Equal_pictures_have_no_distance_and_others_one_that_is_the_same_both_ways()
    {
        using DisposeScope scope = NewDisposeScope();
        using LpipsVgg network = Tiny();
        Tensor x = Pictures(1), y = Pictures(2);

        Assert.AreEqual(0f, network.call(x, x).abs().max().item<float>());
        Assert.IsTrue(network.call(x, y).min().item<float>() > 0);
        Assert.IsTrue(network.call(x, y).allclose(network.call(y, x)));
        CollectionAssert.AreEqual(new long[] { 2, 1, 1, 1 }, network.call(x, y).shape);
    }

    [TestMethod]
    public void Features_that_are_zero_throughout_give_a_finite_gradient()
    {
        using DisposeScope scope = NewDisposeScope();
        using LpipsVgg network = Tiny();
        using (no_grad())
            foreach ((string name, TorchSharp.Modules.Parameter parameter) in network.named_parameters().Where(row => row.name.StartsWith("net.slice3", StringComparison.Ordinal)))
                parameter.zero_();
        Tensor x = Pictures(1), y = Pictures(2).requires_grad_(true);

        network.call(x, y).sum().backward();

        Assert.IsTrue(isfinite(y.grad!).all().item<bool>());
        Assert.IsTrue(y.grad!.abs().max().item<float>() > 0);
    }

    [TestMethod]
    public void Its_own_weights_get_no_gradient() => Assert.IsFalse(Tiny().parameters().Any(parameter => parameter.requires_grad));

    [TestMethod]
    public void Dropout_is_drawn_from_the_generator_and_right_on_average()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable quiet = no_grad();
        using LpipsVgg network = Tiny();
        Tensor x = Pictures(1), y = Pictures(2);
        Tensor Draw(ulong seed)
        {
            using Generator first = new(seed), second = new(seed + 1000);
            return network.WithDropout(x, y, [first, second]);
        }
        Tensor Alone(ulong seed)
        {
            using Generator generator = new(seed);
            return network.WithDropout(x.narrow(0, 1, 1), y.narrow(0, 1, 1), [generator]);
        }

        double mean = Enumerable.Range(0, 64).Average(seed => Draw((ulong)seed).mean().item<float>());

        Assert.IsTrue(Draw(7).Equals(Draw(7)));
        Assert.IsFalse(Draw(7).Equals(Draw(8)));
        Assert.AreEqual(Draw(7)[1].item<float>(), Alone(1007).item<float>(), 1e-6);
        Assert.AreEqual(1, mean / network.call(x, y).mean().item<float>(), 0.05);
    }

    [TestMethod]
    public void Names_are_the_published_ones()
    {
        using LpipsVgg network = Tiny();

        CollectionAssert.IsSubsetOf(
            new[] { "net.slice1.0.weight", "net.slice2.7.bias", "net.slice5.28.weight", "lin4.model.1.weight", "scaling_layer.shift", "scaling_layer.scale" },
            network.state_dict().Keys.ToArray());
        Assert.HasCount(33, network.state_dict());
    }

    [TestMethod]
    public void The_two_published_files_load_as_torch_saved_them_and_a_missing_layer_is_named()
    {
        using DisposeScope scope = NewDisposeScope();
        using TemporaryFolder folder = new();
        using LpipsVgg network = Tiny();
        Dictionary<string, Tensor> state = network.state_dict(), heads = state.Where(pair => pair.Key.StartsWith("lin", StringComparison.Ordinal)).ToDictionary();
        Dictionary<string, Tensor> backbone = state.Where(pair => pair.Key.StartsWith("net.", StringComparison.Ordinal)).ToDictionary(pair => $"features.{pair.Key["net.slice1.".Length..]}", pair => pair.Value);
        backbone["classifier.0.weight"] = ones(3, 6);
        using PickleFile whole = PickleFile.Open(folder.Write("vgg16.pth", PickleBytes.Checkpoint(backbone, "vgg16"))), linear = PickleFile.Open(folder.Write("vgg.pth", PickleBytes.Checkpoint(heads, "vgg")));
        backbone.Remove("features.28.weight");
        using PickleFile half = PickleFile.Open(folder.Write("half.pth", PickleBytes.Checkpoint(backbone, "half")));
        Tensor x = Pictures(1), y = Pictures(2);

        using LpipsVgg loaded = LpipsVgg.Load(whole, linear, widths: Widths);

        Assert.IsTrue(network.call(x, y).Equals(loaded.call(x, y)));
        StringAssert.Contains(Assert.ThrowsExactly<CheckpointException>(() => LpipsVgg.Load(half, linear, widths: Widths)).Message, "1 missing: net.slice5.28.weight");
        StringAssert.Contains(Assert.ThrowsExactly<CheckpointException>(() => LpipsVgg.Load(linear, whole, widths: Widths)).Message, "missing: net.slice");
    }

    private static LpipsVgg Tiny()
    {
        using Generator generator = new(5);
        LpipsVgg network = new(Widths); // outside the scope, which would free its weights
        using DisposeScope scope = NewDisposeScope();
        using IDisposable quiet = no_grad();
        foreach (TorchSharp.Modules.Parameter parameter in network.parameters())
            parameter.uniform_(0, 0.4, generator);
        return network;
    }

    private static Tensor Pictures(ulong seed)
    {
        using Generator generator = new(seed);
        return rand([2, 3, 24, 32], generator: generator) * 2 - 1;
    }
}
