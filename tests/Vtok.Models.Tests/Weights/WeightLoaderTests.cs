using TorchSharp.Modules;
using Vtok.Models.Weights;

namespace Vtok.Models.Tests.Weights;

[TestClass]
public sealed class WeightLoaderTests
{
    [TestMethod]
    public void A_module_built_without_memory_works_on_the_files_tensors()
    {
        using var folder = new TemporaryFolder();
        using DisposeScope scope = NewDisposeScope();
        using Sequential trained = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4)), fresh = nn.Sequential(nn.Conv2d(3, 4, 3, device: META), nn.BatchNorm2d(4, device: META));
        Save(folder, trained.state_dict());
        Tensor x = arange(3 * 8 * 8, dtype: ScalarType.Float32).reshape(1, 3, 8, 8) / 100;

        using (SafetensorsFile file = SafetensorsFile.Open(folder.File("w")))
            WeightLoader.Load(fresh, file);
        trained.eval();
        fresh.eval();

        Assert.IsTrue(trained.call(x).Equals(fresh.call(x)));
        Assert.IsTrue(fresh.parameters().All(p => p.requires_grad && p.is_leaf));
        fresh.call(x).sum().backward();
        Assert.IsNotNull(fresh.parameters().First().grad);
    }

    [TestMethod]
    public void Types_are_converted_to_the_modules_or_to_the_one_asked_for()
    {
        using var folder = new TemporaryFolder();
        using DisposeScope scope = NewDisposeScope();
        using Linear linear = nn.Linear(3, 2);
        Save(folder, linear.state_dict().ToDictionary(pair => pair.Key, pair => pair.Value.to(ScalarType.Float16)));
        using SafetensorsFile file = SafetensorsFile.Open(folder.File("w"));

        using Linear own = nn.Linear(3, 2, device: META), half = nn.Linear(3, 2, device: META);
        WeightLoader.Load(own, file);
        WeightLoader.Load(half, file, type: ScalarType.BFloat16);

        Assert.AreEqual(ScalarType.Float32, own.weight!.dtype);
        Assert.AreEqual(ScalarType.BFloat16, half.weight!.dtype);
    }

    [TestMethod]
    public void Every_difference_is_counted_and_nothing_is_changed()
    {
        using var folder = new TemporaryFolder();
        using DisposeScope scope = NewDisposeScope();
        using Sequential module = nn.Sequential(("encoder", nn.Linear(3, 2)), ("decoder", nn.Linear(2, 3)));
        Tensor before = module.get_parameter("encoder.weight")!.clone();
        Save(folder, new Dictionary<string, Tensor>
        {
            ["encoder.weight"] = ones(2, 3), ["encoder.bias"] = ones(1), ["head.a.weight"] = ones(1), ["head.a.bias"] = ones(1), ["optimizer"] = ones(1),
        });
        using SafetensorsFile file = SafetensorsFile.Open(folder.File("w"));

        CheckpointException e = Assert.ThrowsExactly<CheckpointException>(() => WeightLoader.Load(module, file, ignore: name => name == "optimizer"));

        Assert.AreEqual(CheckpointError.Mismatch, e.Error);
        Assert.AreEqual("the weights do not fit the config: 2 missing: decoder.* (2); 2 unexpected: head.a.* (2); 1 misshapen: encoder.bias is [1], expected [2]", e.Message);
        Assert.IsTrue(before.Equals(module.get_parameter("encoder.weight")!));
    }

    [TestMethod]
    public void A_module_loaded_within_a_scope_outlives_it()
    {
        using var folder = new TemporaryFolder();
        using (NewDisposeScope())
        using (Linear linear = nn.Linear(3, 2))
            Save(folder, linear.state_dict());

        Vtok.Models.Layers.Linear opened;
        using (NewDisposeScope())
        using (SafetensorsFile file = SafetensorsFile.Open(folder.File("w")))
        {
            opened = new Vtok.Models.Layers.Linear(3, 2);
            WeightLoader.Load(opened, file);
        }

        using (NewDisposeScope())
        using (opened)
            Assert.AreEqual(2, opened.call(ones(1, 3)).numel());
    }

    [TestMethod]
    public void Loading_leaves_no_tensors_behind()
    {
        using var folder = new TemporaryFolder();
        using Linear linear = nn.Linear(64, 64);
        Save(folder, linear.state_dict());
        using SafetensorsFile file = SafetensorsFile.Open(folder.File("w"));
        using Linear target = nn.Linear(64, 64);
        WeightLoader.Load(target, file);
        long before = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;

        for (int i = 0; i < 20; i++)
            WeightLoader.Load(target, file);

        Assert.AreEqual(before, DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);
    }

    private static void Save(TemporaryFolder folder, Dictionary<string, Tensor> tensors) => SafetensorsWriter.Write(folder.File("w"), tensors);
}
