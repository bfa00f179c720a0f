using Vtok.Models.Quantizers;

namespace Vtok.Models.Tests.Quantizers;

[TestClass]
public sealed class CosineQuantizerTests
{
    [TestMethod]
    public void Every_id_survives_the_way_to_its_code_and_back()
    {
        using DisposeScope scope = NewDisposeScope();
        using CosineQuantizer quantizer = Quantizer(64, 8);
        Tensor ids = arange(64);

        Assert.IsTrue(ids.Equals(quantizer.Encode(quantizer.Decode(ids))));
    }

    [TestMethod]
    public void The_length_of_a_feature_does_not_change_its_id()
    {
        using DisposeScope scope = NewDisposeScope();
        using Generator generator = new(2);
        using CosineQuantizer quantizer = Quantizer(32, 6);
        Tensor features = randn([4, 25, 6], generator: generator);

        Assert.IsTrue(quantizer.Encode(features).Equals(quantizer.Encode(features * 37)));
    }

    [TestMethod]
    public void Training_keeps_codes_on_the_sphere_and_leaves_dead_ones_alone()
    {
        using DisposeScope scope = NewDisposeScope();
        using Generator generator = new(3);
        using CosineQuantizer quantizer = Quantizer(40, 6);
        Tensor before = quantizer.Codebook.clone();
        quantizer.train();

        QuantizerOutput output = quantizer.Quantize(randn([20, 6], generator: generator));

        Assert.IsTrue(quantizer.Codebook.norm(1).allclose(ones(40), 0, 1e-5));
        Tensor used = output.Ids.bincount(null, 40).gt(0), moved = (quantizer.Codebook - before).abs().amax([1]).gt(1e-4);
        Assert.IsTrue(used.Equals(moved));
        Assert.IsFalse(used.all().item<bool>());
    }

    [TestMethod]
    public void Evaluation_counts_but_moves_no_code_and_published_weights_hold_no_counts()
    {
        using DisposeScope scope = NewDisposeScope();
        using CosineQuantizer quantizer = Quantizer(16, 4), published = new(new CosineQuantizerConfig { CodebookSize = 16, CodeDimension = 4 });
        Tensor before = quantizer.Codebook.clone();
        quantizer.eval();

        quantizer.Quantize(randn(30, 4));

        Assert.IsTrue(before.Equals(quantizer.Codebook));
        Assert.AreEqual(0.3f, quantizer.ClusterSize!.sum().item<float>(), 1e-5f); // a hundredth of 30
        CollectionAssert.AreEqual(new[] { "embedding.weight" }, published.state_dict().Keys.ToArray());
        CollectionAssert.AreEquivalent(
            new[] { "embedding.weight", "embedding.cluster_size", "embedding.embed_avg", "embedding.initted", "cluster_size" }, quantizer.state_dict().Keys.ToArray());
    }

    [TestMethod]
    public void A_start_finds_the_directions_of_a_batch_and_keeps_the_mean_of_an_empty_cluster()
    {
        using DisposeScope scope = NewDisposeScope();
        using CosineQuantizer quantizer = new(new CosineQuantizerConfig { CodebookSize = 3, CodeDimension = 2, Trainable = true });
        Tensor features = tensor(new float[,] { { 2, 0.1f }, { 3, -0.15f }, { 0, 1 }, { 0, 2 } });
        Assert.IsFalse(quantizer.Started);

        quantizer.Start(features, tensor(new long[] { 0, 2, 2 }));

        Assert.IsTrue(quantizer.Started);
        Assert.IsTrue(quantizer.Codebook[0].allclose(tensor(new float[] { 1, 0 }), 0, 1e-3));
        Assert.IsTrue(quantizer.Codebook[1].allclose(tensor(new float[] { 0, 1 }), 0, 1e-3));
        Assert.IsTrue(quantizer.Codebook[2].allclose(quantizer.Codebook[1], 0, 1e-6)); // of equals the first takes all, the second keeps its mean
        Assert.ThrowsExactly<ArgumentException>(() => quantizer.Start(features, tensor(new long[] { 0, 1 })));
    }

    [TestMethod]
    public void Nothing_stays_alive_after_a_step()
    {
        using CosineQuantizer quantizer = Quantizer(16, 4);
        using Tensor features = randn(30, 4);
        void Step()
        {
            using DisposeScope scope = NewDisposeScope();
            quantizer.Quantize(features);
            quantizer.Decode(quantizer.Encode(features));
        }
        Step();
        long before = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;

        for (int i = 0; i < 50; i++)
            Step();

        Assert.AreEqual(before, DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);
    }

    private static CosineQuantizer Quantizer(int codes, int dimension)
    {
        using Generator generator = new(1);
        CosineQuantizer quantizer = new(new CosineQuantizerConfig { CodebookSize = codes, CodeDimension = dimension, Trainable = true });
        quantizer.Initialize(generator);
        return quantizer;
    }
}
