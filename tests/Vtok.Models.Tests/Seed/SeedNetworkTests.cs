using Vtok.Models.Quantizers;
using Vtok.Models.Seed;

namespace Vtok.Models.Tests.Seed;

[TestClass]
public sealed class SeedNetworkTests
{
    [TestMethod]
    [DataRow(1), DataRow(13), DataRow(31)]
    public void Changing_query_k_leaves_earlier_states_bit_identical(int k)
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        using SeedNetwork network = TinySeed.Network();
        Tensor seen = network.SeeImages(TinySeed.Pictures(2)), moved = network.Queries.clone();
        moved[.., k] *= -1f; // a constant would vanish in the norm

        Tensor before = network.ReadQueries(seen), after = network.ReadQueries(moved, seen);

        Assert.IsTrue(before.narrow(1, 0, k).Equals(after.narrow(1, 0, k)));
        for (int i = k; i < 32; i++)
            Assert.IsFalse(before.select(1, i).Equals(after.select(1, i)), $"state {i} does not depend on query {k}");
    }

    [TestMethod]
    public void With_another_number_of_queries_every_state_sees_every_query()
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        using QFormer network = new(TinySeed.Config.QFormer);
        using Generator generator = new(1);
        network.Initialize(generator);
        Tensor queries = randn([1, 31, 24], generator: generator), states = randn([1, 5, 16], generator: generator), moved = queries.clone();
        moved[.., 30] *= -1f;

        Tensor before = network.Read(queries, states), after = network.Read(moved, states);

        Assert.IsTrue((before - after).abs().amax(-1).gt(0).all().item<bool>());
    }

    [TestMethod]
    public void Hidden_text_behind_the_queries_changes_nothing_and_shown_text_does()
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        using QFormer network = new(TinySeed.Config.QFormer with { VocabularySize = 9 });
        using Generator generator = new(1);
        network.Initialize(generator);
        Tensor queries = randn([1, 32, 24], generator: generator), states = randn([1, 5, 16], generator: generator);
        Tensor text = tensor(new long[,] { { 1, 5, 8 } }), hidden = cat([ones(1, 32), zeros(1, 3)], 1);

        Tensor alone = network.Read(queries, states);
        Tensor beside = network.ReadBoth(queries, text, hidden, states).narrow(1, 0, 32), told = network.ReadBoth(queries, text, null, states).narrow(1, 0, 32);

        Assert.IsTrue((alone - beside).abs().max().item<float>() < 1e-5f);
        Assert.IsTrue((alone - told).abs().amax(-1).gt(3e-5).all().item<bool>());
    }

    [TestMethod]
    public void A_stripped_network_refuses_text()
    {
        using DisposeScope scope = NewDisposeScope();
        using QFormer network = new(TinySeed.Config.QFormer);

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => network.ReadText(zeros([1, 2], ScalarType.Int64)));

        StringAssert.Contains(error.Message, "no text path");
    }

    [TestMethod]
    [DataRow(SeedHead.ImageDown, new long[] { 2, 10 })]
    [DataRow(SeedHead.ReverseQFormer, new long[] { 2, 10 })]
    [DataRow(SeedHead.Text, new long[] { 2, 3, 10 })]
    public void Every_head_turns_ids_into_its_embedding_and_pictures_do_not_mix(SeedHead head, long[] shape)
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        using SeedNetwork network = TinySeed.Network(head);
        Tensor ids = arange(64).remainder(40).view(2, 32);

        Tensor both = network.Embed(network.Raise(ids)), second = network.Embed(network.Raise(ids.narrow(0, 1, 1)));

        CollectionAssert.AreEqual(shape, both.shape);
        Assert.IsTrue((both.narrow(0, 1, 1) - second).abs().max().item<float>() < 1e-5f);
        Assert.IsFalse(both[0].Equals(both[1]));
    }

    [TestMethod]
    public void The_published_losses_weigh_the_codebook_by_a_quarter_and_the_commitment_by_one()
    {
        using DisposeScope scope = NewDisposeScope();
        using Generator generator = new(3);
        using VectorQuantizer quantizer = new(SeedNetwork.QuantizerConfig(7, 4));
        quantizer.Initialize(generator);

        IReadOnlyDictionary<string, Tensor> losses = quantizer.Quantize(randn([5, 4], generator: generator)).Losses;

        Assert.AreEqual(losses[QuantizerOutput.Commitment].item<float>(), 4 * losses[QuantizerOutput.Codebook].item<float>(), 1e-6f);
    }
}
