using Vtok.Models.Seed;
using Vtok.Models.Tests.Seed;
using Vtok.Models.Weights;

namespace Vtok.Models.Tests.Weights;

/// <summary>What holds for every family: each is opened from a model folder.</summary>
[TestClass]
public sealed class EveryFamilyTests
{
    private const int SoakRounds = 1_000;

    [TestMethod]
    [DynamicData(nameof(TinyFamilies.Names), typeof(TinyFamilies))]
    public void Its_config_is_its_own_alone(string family) =>
        CollectionAssert.AreEqual(new[] { family }, ModelFamilies.All.Where(one => one.Recognizes(TinyFamilies.Config(family))).Select(one => one.Name).ToArray());

    [TestMethod]
    [DynamicData(nameof(TinyFamilies.Names), typeof(TinyFamilies))]
    public void A_thousand_encodes_and_decodes_leave_no_tensor_behind(string family)
    {
        using TemporaryFolder folder = new();
        using ITokenizerModel model = Open(folder, family);
        using Tensor pictures = Pictures(model);
        Work(model, pictures);
        long before = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;

        for (int round = 0; round < SoakRounds; round++)
            Work(model, pictures);

        Assert.AreEqual(before, DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);
    }

    [TestMethod]
    [DynamicData(nameof(TinyFamilies.Names), typeof(TinyFamilies))]
    public void Opening_it_makes_no_tensor_that_a_garbage_collection_could_free_too_early(string family)
    {
        using TemporaryFolder folder = new();
        Save(folder, family);
        long before = DisposeScopeManager.Statistics.TensorStatistics.CreatedOutsideScopeCount;

        using ITokenizerModel model = ModelFolder.Open(folder.Root);

        Assert.AreEqual(before, DisposeScopeManager.Statistics.TensorStatistics.CreatedOutsideScopeCount);
        using Tensor pictures = Pictures(model);
        Work(model, pictures);
    }

    // META is the one other device that every libtorch has. What stays on the CPU here would meet tensors of a GPU there.
    [TestMethod]
    [DynamicData(nameof(TinyFamilies.Names), typeof(TinyFamilies))]
    public void All_its_tensors_are_on_the_device_that_it_is_opened_on(string family)
    {
        using TemporaryFolder folder = new();
        Save(folder, family);

        using ITokenizerModel onHost = ModelFolder.Open(folder.Root), model = ModelFolder.Open(folder.Root, META);

        Assert.AreNotEqual(0, DeviceOfTensors.Elsewhere(onHost, DeviceType.META).Count, "the walk sees tensors");
        Assert.AreEqual("", string.Join("; ", DeviceOfTensors.Elsewhere(model, DeviceType.META)));
    }

    private static ITokenizerModel Open(TemporaryFolder folder, string family)
    {
        using DisposeScope scope = NewDisposeScope();
        Save(folder, family);
        return ModelFolder.Open(folder.Root);
    }

    private static void Save(TemporaryFolder folder, string family)
    {
        using DisposeScope scope = NewDisposeScope();
        ModelFolder.Save(folder.Root, TinyFamilies.Config(family), TinyFamilies.Weights(family));
    }

    private static Tensor Pictures(ITokenizerModel model)
    {
        using Generator generator = new(1);
        return rand([1, 3, model.Info.NativeHeight ?? model.Info.Factor!.Value, model.Info.NativeWidth ?? model.Info.Factor!.Value], generator: generator);
    }

    // Encodes, and reads the ids in every way that the family has.
    private static void Work(ITokenizerModel model, Tensor pictures)
    {
        using Tensor ids = model.Encode(pictures), mean = zeros(1, TinySeed.Config.FeatureWidth), deviation = ones(1, TinySeed.Config.FeatureWidth);
        using UnclipNormalizer normalizer = new(mean, deviation);
        foreach (string kind in (model as IFeatureTokenizer)?.FeatureKinds ?? [])
            ((IFeatureTokenizer)model).Features(ids, kind, new FeatureOptions { Normalizer = normalizer }).Dispose();
        try
        {
            model.Decode(ids, new DecodeOptions { Steps = 1 }).Dispose();
        }
        catch (PixelsUnavailableException) when (model is IFeatureTokenizer)
        {
        }
    }
}
