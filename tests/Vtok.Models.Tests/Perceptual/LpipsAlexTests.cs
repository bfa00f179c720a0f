using Vtok.Models.Perceptual;
using Vtok.Models.Tests.Weights;
using Vtok.Models.Weights;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Tests.Perceptual;

[TestClass]
public sealed class LpipsAlexTests
{
    private static readonly int[] Widths = [4, 6, 6, 4, 4];

    // Where the convolutions stand in torchvision's "features", and in the published LPIPS.
    private static readonly int[] Places = [0, 3, 6, 8, 10];
    private static readonly string[] Keys = [.. Places.Select((place, level) => $"slice{level + 1}.{place}")];
    private static readonly int[] Kernels = [11, 5, 3, 3, 3];

    [TestMethod]
    public void Is_the_formula_of_the_paper_over_the_layers_of_AlexNet()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable quiet = no_grad();
        using LpipsAlex network = Tiny();
        Dictionary<string, Tensor> weights = network.state_dict();
        Tensor x = Pictures(1), y = Pictures(2);

        Tensor found = network.call(x, y);

        AssertFormula(found, x, y, [.. Keys.Select(key => weights[$"net.{key}.weight"])], [.. Keys.Select(key => weights[$"net.{key}.bias"])],
            [.. Enumerable.Range(0, Widths.Length).Select(level => weights[$"lin{level}.model.1.weight"])]);
    }

    [TestMethod]
    public void The_two_published_files_together_give_the_formula()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable quiet = no_grad();
        using TemporaryFolder folder = new();
        using SafetensorsFile backbone = Backbone(folder), heads = Heads(folder);
        Tensor x = Pictures(1), y = Pictures(2);

        using LpipsAlex network = LpipsAlex.Load(backbone, heads, widths: Widths);
        Tensor found = network.call(x, y);

        AssertFormula(found, x, y, [.. Places.Select(place => backbone[$"features.{place}.weight"])], [.. Places.Select(place => backbone[$"features.{place}.bias"])],
            [.. Enumerable.Range(0, Widths.Length).Select(level => heads[$"lin{level}.model.1.weight"])]);
    }

    [TestMethod]
    public void The_wrong_file_of_the_two_is_told_by_what_is_missing()
    {
        using DisposeScope scope = NewDisposeScope();
        using TemporaryFolder folder = new();
        using SafetensorsFile backbone = Backbone(folder), heads = Heads(folder);

        StringAssert.Contains(Assert.ThrowsExactly<CheckpointException>(() => LpipsAlex.Load(backbone, backbone, widths: Widths)).Message, "lin0.model.1.weight");
        StringAssert.Contains(Assert.ThrowsExactly<CheckpointException>(() => LpipsAlex.Load(heads, heads, widths: Widths)).Message, "net.slice1");
        StringAssert.Contains(Assert.ThrowsExactly<CheckpointException>(() => LpipsAlex.Load(backbone, heads)).Message, "net.slice1.0.weight");
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

    // Slice by slice as the papers say: AlexNet's layers, unit vectors over channels, squared differences weighted and averaged.
    private static void AssertFormula(Tensor found, Tensor x, Tensor y, Tensor[] weights, Tensor[] biases, Tensor[] heads)
    {
        Tensor expected = zeros(2);
        foreach ((Tensor a, Tensor b, Tensor head) in Features(x).Zip(Features(y), heads))
        {
            Tensor unitA = a / a.norm(1, keepdim: true).clamp(1e-12), unitB = b / b.norm(1, keepdim: true).clamp(1e-12);
            expected = expected + ((unitA - unitB).square() * head).sum(1).mean([1, 2]);
        }
        Assert.IsLessThan(1e-5, (found.view(2) - expected).abs().max().item<float>());
        Assert.IsGreaterThan(0.01, expected.min().item<float>());

        List<Tensor> Features(Tensor pictures)
        {
            Tensor scaled = (pictures - tensor([-0.030f, -0.088f, -0.188f]).view(1, 3, 1, 1)) / tensor([0.458f, 0.448f, 0.450f]).view(1, 3, 1, 1);
            Tensor first = Layer(0, scaled, 4, 2);
            Tensor second = Layer(1, functional.max_pool2d(first, 3, 2), 1, 2);
            Tensor third = Layer(2, functional.max_pool2d(second, 3, 2), 1, 1);
            Tensor fourth = Layer(3, third, 1, 1);
            return [first, second, third, fourth, Layer(4, fourth, 1, 1)];
        }

        Tensor Layer(int level, Tensor input, int stride, int padding) => functional.conv2d(input, weights[level], biases[level], [stride, stride], [padding, padding]).relu();
    }

    // AlexNet as torchvision saves it, its classifier too.
    private static SafetensorsFile Backbone(TemporaryFolder folder)
    {
        using Generator generator = new(6);
        Dictionary<string, Tensor> tensors = new() { ["classifier.1.weight"] = zeros(5, 4), ["classifier.1.bias"] = zeros(5) };
        for (int level = 0; level < Widths.Length; level++)
        {
            tensors[$"features.{Places[level]}.weight"] = rand([Widths[level], level == 0 ? 3 : Widths[level - 1], Kernels[level], Kernels[level]], generator: generator) * 0.4 - 0.1;
            tensors[$"features.{Places[level]}.bias"] = rand([Widths[level]], generator: generator) * 0.4 - 0.1;
        }
        return Saved(folder, "alexnet.safetensors", tensors);
    }

    // The linear layers alone, as the authors of LPIPS save them.
    private static SafetensorsFile Heads(TemporaryFolder folder)
    {
        using Generator generator = new(7);
        return Saved(folder, "alex.safetensors", Enumerable.Range(0, Widths.Length).ToDictionary(level => $"lin{level}.model.1.weight", level => rand([1, Widths[level], 1, 1], generator: generator)));
    }

    private static SafetensorsFile Saved(TemporaryFolder folder, string name, Dictionary<string, Tensor> tensors)
    {
        string path = Path.Combine(folder.Root, name);
        SafetensorsWriter.Write(path, tensors);
        return SafetensorsFile.Open(path);
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
