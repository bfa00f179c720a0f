using Vtok.Models.Discriminators;

namespace Vtok.Models.Tests.Discriminators;

[TestClass]
public sealed class PatchDiscriminatorTests
{
    private static readonly PatchDiscriminatorConfig Tiny = new() { Channels = 4, Layers = 2 };

    [TestMethod]
    public void Names_are_the_published_ones()
    {
        using PatchDiscriminator plain = new(new PatchDiscriminatorConfig { Channels = 4 });

        string[] convolutions = [.. plain.named_parameters().Where(row => row.parameter.ndim == 4).Select(row => row.name)];

        CollectionAssert.AreEquivalent(new[] { "main.0.weight", "main.2.weight", "main.5.weight", "main.8.weight", "main.11.weight" }, convolutions);
        Assert.IsTrue(plain.state_dict().ContainsKey("main.9.running_var"));
        Assert.IsFalse(plain.state_dict().ContainsKey("main.2.bias"));
    }

    [TestMethod]
    public void The_first_training_batch_sets_act_norm_and_later_ones_do_not()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable quiet = no_grad();
        using ActNorm norm = new(3);
        using Generator generator = new(1);
        Tensor first = randn([4, 3, 5, 5], generator: generator) * 3 + 2;

        norm.train();
        Tensor out1 = norm.call(first);
        Tensor out2 = norm.call(first * 2);

        Assert.IsTrue(out1.mean([0, 2, 3]).abs().max().item<float>() < 1e-5);
        Assert.AreEqual(1.0, out1.std().item<float>(), 0.01);
        Assert.IsTrue(out2.mean([0, 2, 3]).abs().max().item<float>() > 0.1);
        Assert.AreEqual(1, norm.get_buffer("initialized")!.item<byte>());
    }

    [TestMethod]
    public void Evaluation_leaves_statistics_alone_and_training_moves_them()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable quiet = no_grad();
        using Generator generator = new(2);
        using PatchDiscriminator network = new(Tiny);
        network.Initialize(generator);
        Tensor pictures = rand([2, 3, 32, 32], generator: generator);
        Tensor Statistics() => network.state_dict()["main.3.running_mean"].clone();
        Tensor before = Statistics();

        network.eval();
        network.call(pictures);
        Tensor evaluated = Statistics();
        network.train();
        network.call(pictures);

        Assert.IsTrue(before.Equals(evaluated));
        Assert.IsFalse(before.Equals(Statistics()));
    }

    [TestMethod]
    public void No_tensor_is_left_behind()
    {
        using Generator generator = new(3);
        using PatchDiscriminator network = new(Tiny);
        network.Initialize(generator);
        network.eval();
        using Tensor pictures = rand([1, 3, 32, 32], generator: generator);
        void Step()
        {
            using IDisposable quiet = no_grad();
            using Tensor logits = network.call(pictures);
            using Tensor loss = AdversarialLoss.DiscriminatorHinge(logits, logits);
            using Tensor other = AdversarialLoss.DiscriminatorNonSaturating(logits, logits);
            using Tensor generatorLoss = AdversarialLoss.GeneratorHinge(logits);
        }
        Step();
        long before = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;

        for (int i = 0; i < 50; i++)
            Step();

        Assert.AreEqual(before, DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);
    }
}
