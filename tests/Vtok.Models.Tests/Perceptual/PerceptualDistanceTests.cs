using Vtok.Models.Perceptual;
using Vtok.Models.Tests.Weights;
using Vtok.Models.Weights;
using Vtok.Torch;

namespace Vtok.Models.Tests.Perceptual;

[TestClass]
public sealed class PerceptualDistanceTests
{
    private static string Checkpoint(string name)
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (Path.Combine(at.FullName, "checkpoints", name) is var folder && Directory.Exists(folder))
                return folder;
        throw new DirectoryNotFoundException($"checkpoints/{name} is in no folder above the tests");
    }

    private static MobileNetV2 MobileNet() => MobileNetV2.Open(Checkpoint("perceptual-mobilenetv2"));

    private static LpipsSqueeze Lpips() => LpipsSqueeze.Open(Checkpoint("perceptual-squeezenet-lpips"));

    private static Tensor Noise(ulong seed, params long[] shape) => rand(shape, generator: new Generator(seed)) * 2 - 1;

    [TestMethod]
    public void Equal_pictures_have_distance_zero_and_order_does_not_matter()
    {
        using DisposeScope scope = NewDisposeScope();
        using MobileNetV2 mobileNet = MobileNet();
        using LpipsSqueeze lpips = Lpips();
        Tensor x = Noise(1, 2, 3, 40, 33), y = Noise(2, 2, 3, 40, 33);

        foreach (Func<Tensor, Tensor, Tensor> distance in (Func<Tensor, Tensor, Tensor>[])[new MobileNetDistance(mobileNet).Distance, lpips.Distance])
        {
            Assert.AreEqual(0, distance(x, x).abs().max().item<float>());
            Assert.AreEqual(0, (distance(x, y) - distance(y, x)).abs().max().item<float>(), 1e-6f);
            Assert.IsGreaterThan(0.05f, distance(x, y).min().item<float>());
        }
    }

    [TestMethod]
    public void Following_the_gradient_brings_pictures_closer()
    {
        using DisposeScope scope = NewDisposeScope();
        using MobileNetV2 network = MobileNet();
        MobileNetDistance distance = new(network);
        Tensor target = Noise(1, 1, 3, 32, 32), picture = Noise(2, 1, 3, 32, 32).requires_grad_();

        Tensor before = distance.Distance(picture, target);
        before.sum().backward();
        Tensor step = (picture - picture.grad! * (0.5f / picture.grad!.abs().max())).detach();

        Assert.IsLessThan(before.item<float>(), distance.Distance(step, target).item<float>());
    }

    [TestMethod]
    public void Autocast_around_a_network_changes_nothing()
    {
        if (!Autocast.Available)
            Assert.Inconclusive("this libtorch has no autocast switches");
        using DisposeScope scope = NewDisposeScope();
        using MobileNetV2 mobileNet = MobileNet();
        using LpipsSqueeze lpips = Lpips();
        Tensor x = Noise(1, 1, 3, 32, 32), y = Noise(2, 1, 3, 32, 32);
        Tensor mbp = new MobileNetDistance(mobileNet).Distance(x, y), judged = lpips.Distance(x, y);

        using IDisposable low = Autocast.Enter(DeviceType.CPU);

        Assert.IsTrue(mbp.Equals(new MobileNetDistance(mobileNet).Distance(x, y)));
        Assert.IsTrue(judged.Equals(lpips.Distance(x, y)));
    }

    [TestMethod]
    public void No_tensor_stays_behind()
    {
        using MobileNetV2 mobileNet = MobileNet();
        using LpipsSqueeze lpips = Lpips();
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Noise(1, 1, 3, 32, 32), y = Noise(2, 1, 3, 32, 32);
        long before = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;

        new MobileNetDistance(mobileNet).Distance(x, y).Dispose();
        mobileNet.Pooled(x).Dispose();
        lpips.Distance(x, y).Dispose();

        Assert.AreEqual(before, DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);
    }

    [TestMethod]
    public void Pictures_of_a_wrong_shape_are_refused()
    {
        using DisposeScope scope = NewDisposeScope();
        using MobileNetV2 network = MobileNet();
        MobileNetDistance distance = new(network);

        var small = Assert.ThrowsExactly<ArgumentException>(() => network.Pooled(zeros(1, 3, 31, 64)));
        var unequal = Assert.ThrowsExactly<ArgumentException>(() => distance.Distance(zeros(1, 3, 32, 32), zeros(2, 3, 32, 32)));

        StringAssert.Contains(small.Message, "[1, 3, 31, 64]");
        StringAssert.Contains(unequal.Message, "[2, 3, 32, 32]");
    }

    [TestMethod]
    public void Another_networks_file_is_refused_with_the_first_difference()
    {
        var missing = Assert.ThrowsExactly<CheckpointException>(() => MobileNetV2.Open(Path.GetTempPath()).Dispose());
        var other = Assert.ThrowsExactly<CheckpointException>(() => MobileNetV2.Open(Checkpoint("perceptual-squeezenet-lpips")).Dispose());

        Assert.AreEqual(CheckpointError.Missing, missing.Error);
        Assert.AreEqual(CheckpointError.Mismatch, other.Error);
        StringAssert.Contains(other.Message, "features.0.0.weight");
    }

    [TestMethod]
    public void Tensors_that_the_network_does_not_have_are_named()
    {
        using TemporaryFolder folder = new();
        using (DisposeScope scope = NewDisposeScope())
        {
            using SafetensorsFile shipped = SafetensorsFile.Open(Path.Combine(Checkpoint("perceptual-squeezenet-lpips"), "model.safetensors"));
            Dictionary<string, Tensor> tensors = shipped.Entries.Keys.ToDictionary(name => name, name => shipped[name]);
            tensors["lin7.model.1.weight"] = zeros(1);
            SafetensorsWriter.Write(folder.File("model.safetensors"), tensors);
        }

        var error = Assert.ThrowsExactly<CheckpointException>(() => LpipsSqueeze.Open(folder.Root).Dispose());

        StringAssert.Contains(error.Message, "lin7.model.1.weight");
    }
}
