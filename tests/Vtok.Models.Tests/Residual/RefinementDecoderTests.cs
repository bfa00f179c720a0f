using Vtok.Models.Residual;
using Vtok.Models.Weights;

namespace Vtok.Models.Tests.Residual;

[TestClass]
public sealed class RefinementDecoderTests
{
    private static readonly RefinementConfig Small = new() { Widths = [8, 12, 16] };

    [TestMethod]
    public void The_default_decoder_has_the_size_that_two_heads_of_a_checkpoint_may_have()
    {
        using var decoder = new RefinementDecoder(21);

        Assert.AreEqual(3_623_280, decoder.named_parameters().Sum(p => p.parameter.numel()));
    }

    [TestMethod]
    public void The_correction_has_four_times_the_side_of_the_planes_and_starts_small()
    {
        using DisposeScope scope = NewDisposeScope();
        using var decoder = new RefinementDecoder(21, Small, seed: 5);

        Tensor correction = decoder.call(Noise(2, 21, 8, 16));

        CollectionAssert.AreEqual((long[])[2, 3, 32, 64], correction.shape);
        float size = correction.abs().mean().item<float>();
        Assert.IsTrue(size is > 0 and < 0.1f, $"{size}");
    }

    [TestMethod]
    public void The_seed_alone_decides_the_starting_weights()
    {
        using DisposeScope scope = NewDisposeScope();
        using var first = new RefinementDecoder(21, Small, seed: 5);
        using var same = new RefinementDecoder(21, Small, seed: 5);
        using var other = new RefinementDecoder(21, Small, seed: 6);
        Tensor planes = Noise(1, 21, 8, 8);

        Assert.IsTrue(first.call(planes).Equals(same.call(planes)));
        Assert.IsFalse(first.call(planes).Equals(other.call(planes)));
    }

    [TestMethod]
    public void Every_parameter_gets_a_gradient_from_the_first_step()
    {
        using DisposeScope scope = NewDisposeScope();
        using var decoder = new RefinementDecoder(21, Small, seed: 5);

        decoder.call(Noise(1, 21, 8, 8)).square().sum().backward();

        foreach ((string name, TorchSharp.Modules.Parameter parameter) in decoder.named_parameters())
            Assert.IsGreaterThan(0, parameter.grad!.abs().sum().item<float>(), name);
    }

    [TestMethod]
    public void Blocks_computed_again_give_the_same_pictures_and_gradients()
    {
        using DisposeScope scope = NewDisposeScope();
        using RefinementDecoder kept = new(21, Small, seed: 5), again = new(21, Small, seed: 5) { Checkpointing = true };
        Tensor planes = Noise(1, 21, 8, 8);

        Tensor expected = kept.call(planes), found = again.call(planes);
        expected.square().sum().backward();
        found.square().sum().backward();

        Assert.IsTrue(expected.Equals(found));
        foreach (((string name, TorchSharp.Modules.Parameter a), (_, TorchSharp.Modules.Parameter b)) in kept.named_parameters().Zip(again.named_parameters()))
            Assert.IsTrue(a.grad!.allclose(b.grad!, 1e-5, 1e-6), name);
    }

    [TestMethod]
    public void A_forward_pass_leaves_one_tensor()
    {
        using var decoder = new RefinementDecoder(21, Small);
        using Tensor planes = Noise(1, 21, 8, 8);
        using IDisposable frozen = no_grad();
        decoder.call(planes).Dispose();
        long before = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;

        using Tensor correction = decoder.call(planes);

        Assert.AreEqual(before + 1, DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);
    }

    [TestMethod]
    public void A_head_comes_back_from_a_file_with_its_sizes_and_half_precision_weights()
    {
        using DisposeScope scope = NewDisposeScope();
        using var decoder = new RefinementDecoder(21, Small with { Blocks = [2, 1, 1, 1, 2] }, seed: 5);
        string file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.safetensors");
        try
        {
            SafetensorsWriter.Write(file, RefinementHeads.ToTensors(decoder, "faithful"));
            using SafetensorsFile source = SafetensorsFile.Open(file);
            Tensor planes = Noise(1, 21, 8, 8);

            using RefinementDecoder loaded = RefinementHeads.Load(source, "faithful", 21);

            CollectionAssert.AreEqual((string[])["faithful"], RefinementHeads.Looks(source).ToArray());
            Assert.IsLessThan(1e-3f, (loaded.call(planes) - decoder.call(planes)).abs().max().item<float>());
            StringAssert.Contains(Assert.ThrowsExactly<CheckpointException>(() => RefinementHeads.Load(source, "faithful", 20)).Message, "heads.faithful.stem.weight");
            StringAssert.Contains(Assert.ThrowsExactly<CheckpointException>(() => RefinementHeads.Load(source, "vivid", 21)).Message, "heads.vivid");
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static Tensor Noise(params long[] shape)
    {
        using var generator = new Generator(11, CPU);
        return randn(shape, generator: generator);
    }
}
