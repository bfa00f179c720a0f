using Vtok.Models.Perceptual;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Tests.Perceptual;

[TestClass]
public sealed class LpipsAlexTests
{
    private static readonly int[] Widths = [4, 6, 6, 4, 4];

    [TestMethod]
    public void Is_the_formula_of_the_paper_over_the_layers_of_AlexNet()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable quiet = no_grad();
        using LpipsAlex network = Tiny();
        Dictionary<string, Tensor> weights = network.state_dict();
        Tensor x = Pictures(1), y = Pictures(2);

        Tensor found = network.call(x, y);

        Tensor expected = zeros(2);
        foreach ((Tensor a, Tensor b, int level) in Features(x).Zip(Features(y), Enumerable.Range(0, 5)))
        {
            Tensor unitA = a / a.norm(1, keepdim: true).clamp(1e-12), unitB = b / b.norm(1, keepdim: true).clamp(1e-12);
            expected = expected + ((unitA - unitB).square() * weights[$"lin{level}.model.1.weight"]).sum(1).mean([1, 2]);
        }
        Assert.IsLessThan(1e-5, (found.view(2) - expected).abs().max().item<float>());
        Assert.IsGreaterThan(0.01, expected.min().item<float>());

        List<Tensor> Features(Tensor pictures)
        {
            Tensor scaled = (pictures - tensor([-0.030f, -0.088f, -0.188f]).view(1, 3, 1, 1)) / tensor([0.458f, 0.448f, 0.450f]).view(1, 3, 1, 1);
            Tensor first = Layer("slice1.0", scaled, 4, 2);
            Tensor second = Layer("slice2.3", functional.max_pool2d(first, 3, 2), 1, 2);
            Tensor third = Layer("slice3.6", functional.max_pool2d(second, 3, 2), 1, 1);
            Tensor fourth = Layer("slice4.8", third, 1, 1);
            return [first, second, third, fourth, Layer("slice5.10", fourth, 1, 1)];
        }

        Tensor Layer(string name, Tensor input, int stride, int padding)
            => functional.conv2d(input, weights[$"net.{name}.weight"], weights[$"net.{name}.bias"], [stride, stride], [padding, padding]).relu();
    }

    [TestMethod]
    public void Names_are_the_published_ones()
    {
        using var network = new LpipsAlex();

        Dictionary<string, Tensor> state = network.state_dict();

        CollectionAssert.AreEqual(new long[] { 64, 3, 11, 11 }, state["net.slice1.0.weight"].shape);
        CollectionAssert.AreEqual(new long[] { 256, 256, 3, 3 }, state["net.slice5.10.weight"].shape);
        CollectionAssert.AreEqual(new long[] { 1, 384, 1, 1 }, state["lin2.model.1.weight"].shape);
        Assert.HasCount(17, state);
    }

    [TestMethod]
    public void Pictures_that_are_too_small_for_its_poolings_are_refused()
    {
        using DisposeScope scope = NewDisposeScope();
        using LpipsAlex network = Tiny();

        var error = Assert.ThrowsExactly<ArgumentException>(() => network.call(zeros(1, 3, 30, 64), zeros(1, 3, 30, 64)));

        StringAssert.Contains(error.Message, "31");
        Assert.AreEqual(0, network.call(zeros(1, 3, 31, 31), zeros(1, 3, 31, 31)).item<float>());
    }

    private static LpipsAlex Tiny()
    {
        using Generator generator = new(5);
        LpipsAlex network = new(Widths); // outside the scope, which would free its weights
        using DisposeScope scope = NewDisposeScope();
        using IDisposable quiet = no_grad();
        foreach (TorchSharp.Modules.Parameter parameter in network.parameters())
            parameter.uniform_(-0.1, 0.3, generator);
        return network;
    }

    private static Tensor Pictures(ulong seed)
    {
        using Generator generator = new(seed);
        return rand([2, 3, 47, 64], generator: generator) * 2 - 1;
    }
}
