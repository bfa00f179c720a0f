using TorchSharp;
using Vtok.Models.Discriminators;
using Vtok.Torch;
using Vtok.Training.Collectives;
using Vtok.Training.Losses;
using Vtok.Training.Tasks;
using Vtok.Training.Tests.Collectives;
using static TorchSharp.torch;

namespace Vtok.Training.Tests.Losses;

/// <summary>Every loss against its formula, worked out with a discriminator whose logit is the scaled sum of a picture.</summary>
[TestClass]
public sealed class AdversaryTests
{
    private const double Scale = 0.5;
    private const double Real = 1.2, Fake = -0.6; // logits of one pair of pictures
    private const double SoftplusOfOneLessOne = 0.31326168751822286;

    [TestMethod]
    [DataRow(AdversarialForm.Hinge, 0.5 * (0 + 0.4))]
    [DataRow(AdversarialForm.Vanilla, 0.5 * (0.26328247 + 0.43748795))] // ln(1 + e^-1.2), ln(1 + e^-0.6)
    [DataRow(AdversarialForm.NonSaturating, 0.5 * (0.26328247 + 0.43748795))]
    [DataRow(AdversarialForm.Swapped, 0.5 * (-0.2 + SoftplusOfOneLessOne + 0.69314718))]
    public void The_discriminator_minimises_the_form_that_the_settings_name(AdversarialForm form, double expected)
    {
        using DisposeScope scope = NewDisposeScope();
        using var adversary = new Adversary(new Sum(), new AdversarialSettings { Start = 0, DiscriminatorForm = form });

        IReadOnlyList<LossTerm> terms = adversary.DiscriminatorTerms(Picture(Real), Picture(Fake), 0);

        Assert.AreEqual(expected, Value(terms, "discriminator"), 1e-6);
    }

    [TestMethod]
    [DataRow(AdversarialForm.Hinge, 0.6)]
    [DataRow(AdversarialForm.Vanilla, 0.6)]
    [DataRow(AdversarialForm.NonSaturating, 1.03748795)] // ln(1 + e^0.6)
    [DataRow(AdversarialForm.Swapped, 1.6 + SoftplusOfOneLessOne)]
    public void The_generator_minimises_the_form_that_the_settings_name(AdversarialForm form, double expected)
    {
        using DisposeScope scope = NewDisposeScope();
        using var adversary = new Adversary(new Sum(), new AdversarialSettings { Start = 0, GeneratorForm = form, Weight = 0.25, Factor = 2 });

        LossTerm term = adversary.GeneratorTerms(Picture(Fake), 0).Single();

        Assert.AreEqual(expected, term.Value.item<float>(), 1e-6);
        Assert.AreEqual(0.5, term.Weight);
    }

    [TestMethod]
    public void Before_the_start_nobody_is_heard()
    {
        using DisposeScope scope = NewDisposeScope();
        using var adversary = new Adversary(new Sum(), new AdversarialSettings { Start = 5 });

        LossTerm term = adversary.GeneratorTerms(Picture(Fake), 4).Single();

        Assert.AreEqual(0, term.Weight);
        Assert.IsEmpty(adversary.DiscriminatorTerms(Picture(Real), Picture(Fake), 4));
        Assert.IsNotEmpty(adversary.DiscriminatorTerms(Picture(Real), Picture(Fake), 5));
    }

    [TestMethod]
    public void The_generator_is_judged_in_float32_where_the_network_computes_in_bfloat16()
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(3);
        using Adversary adversary = Adversary.OverPatches(new PatchDiscriminatorConfig { Channels = 4, Layers = 1 }, new AdversarialSettings { Start = 0 }, seed: 2, CPU);
        Tensor pictures = rand([2, 3, 32, 32], generator: generator);

        float alone = Value();
        float within;
        using (Autocast.Enter(DeviceType.CPU))
            within = Value();

        Assert.AreEqual(alone, within);

        float Value() => adversary.GeneratorTerms(pictures, 0).Single().Value.item<float>();
    }

    [TestMethod]
    public void LeCam_holds_the_mean_logits_to_the_averages_of_the_other_side()
    {
        using DisposeScope scope = NewDisposeScope();
        using var adversary = new Adversary(new Sum(), new AdversarialSettings { Start = 0, LeCamDecay = 0.9 });

        double first = Value(adversary.DiscriminatorTerms(Picture(Real), Picture(Fake), 0), "lecam");
        double second = Value(adversary.DiscriminatorTerms(Picture(Real), Picture(Fake), 1), "lecam");

        Assert.AreEqual(1.44 + 0.36, first, 1e-5); // relu(1.2 - 0)^2 + relu(0 + 0.6)^2
        Assert.AreEqual(1.26 * 1.26 + 0.72 * 0.72, second, 1e-5); // the averages stand at 0.12 and -0.06
    }

    [TestMethod]
    public void The_gradient_penalty_is_the_squared_slope_at_real_pictures_and_reaches_the_weights()
    {
        using DisposeScope scope = NewDisposeScope();
        var sum = new Sum();
        using var adversary = new Adversary(sum, new AdversarialSettings { Start = 0, PenaltyWeight = 10, PenaltyEvery = 4, LeCamWeight = 0 });

        LossTerm penalty = adversary.DiscriminatorTerms(cat([Picture(Real), Picture(0)]), Picture(Fake), 8).Single(term => term.Name == "r1");
        penalty.Value.backward();

        Assert.AreEqual(12 * Scale * Scale, penalty.Value.item<float>(), 1e-6); // D = s sum(x) over 12 values: |dD/dx|^2 = 12 s^2
        Assert.AreEqual(24 * Scale, sum.Scale.grad!.item<float>(), 1e-5);
        Assert.AreEqual(10 / 2.0 * 4, penalty.Weight);
        Assert.IsFalse(adversary.DiscriminatorTerms(Picture(Real), Picture(Fake), 9).Any(term => term.Name == "r1"));
    }

    [TestMethod]
    public void The_adaptive_weight_is_the_ratio_of_both_pulls_on_the_last_layer()
    {
        using DisposeScope scope = NewDisposeScope();
        using var adversary = new Adversary(new Sum(), new AdversarialSettings { Start = 0, Weight = 0.8, Adaptive = true });
        Tensor layer = tensor((float[])[0.1f, 0.2f]).requires_grad_(true);
        Tensor reconstruction = layer.sum() * ones(1, 3, 2, 2);                   // D = 12 s (w1 + w2): |dgan/dw| = 6 sqrt 2
        Tensor fidelity = layer[0] * 3 + layer[1] * 4;                            // |dfidelity/dw| = 5

        IReadOnlyList<LossTerm> terms = adversary.GeneratorTerms(reconstruction, 0, fidelity, layer);
        LossTerm.Sum(terms).backward();

        double balance = 5 / (6 * Math.Sqrt(2) + 1e-4);
        Assert.AreEqual(balance, Value(terms, "gan-balance"), 1e-5);
        Assert.AreEqual(-6 * 0.3, Value(terms, "gan"), 1e-5);
        Assert.AreEqual(-6 * 0.8 * balance, layer.grad!.data<float>()[0], 1e-4);
    }

    [TestMethod]
    public void Adaptive_weight_and_LeCam_of_two_processes_are_those_of_all_pictures()
    {
        using DisposeScope scope = NewDisposeScope();
        AdversarialSettings settings = new() { Start = 0, Adaptive = true, Weight = 0.8, LeCamWeight = 0.5, LeCamDecay = 0.9 };
        Tensor real = cat([Picture(Real), Picture(0.2), Picture(2.5), Picture(-0.3)]), noise = cat([Picture(Fake), Picture(0.4), Picture(1.5), Picture(-1)]);
        (double[] one, float[] oneGradient) = Play(SingleProcess.Instance);

        var several = new double[2][];
        var gradients = new float[2][];
        Together.Run(2, collective => (several[collective.Rank], gradients[collective.Rank]) = Play(collective));

        for (int i = 0; i < one.Length; i++)
            Assert.AreEqual(one[i], (several[0][i] + several[1][i]) / 2, 1e-5);
        Assert.AreEqual(oneGradient[0], (gradients[0][0] + gradients[1][0]) / 2, 1e-5);
        Assert.AreEqual(oneGradient[1], (gradients[0][1] + gradients[1][1]) / 2, 1e-5);

        (double[] Terms, float[] Gradients) Play(ICollective collective)
        {
            using DisposeScope inner = NewDisposeScope();
            var sum = new Sum();
            using var adversary = new Adversary(sum, settings);
            long rows = 4 / collective.World, first = collective.Rank * rows;
            adversary.Whole = collective.Whole();
            adversary.FakeMean.detach().fill_(-0.5f);
            adversary.RealMean.detach().fill_(0.7f);
            Tensor layer = tensor(0.9f).requires_grad_(true);
            Tensor pictures = real.narrow(0, first, rows), reconstruction = noise.narrow(0, first, rows).square() * layer;

            IReadOnlyList<LossTerm> generator = adversary.GeneratorTerms(reconstruction, 0, (reconstruction - pictures).square().mean(), layer);
            IReadOnlyList<LossTerm> discriminator = adversary.DiscriminatorTerms(pictures, reconstruction, 0);
            LossTerm.Sum(generator).backward();
            LossTerm.Sum(discriminator).backward();

            return ([Value(generator, "gan-balance"), Value(generator, "gan-balanced"), Value(discriminator, "lecam")], [layer.grad!.item<float>(), sum.Scale.grad!.item<float>()]);
        }
    }

    [TestMethod]
    public void Losses_leave_no_tensor_behind()
    {
        using var adversary = new Adversary(new Sum(), new AdversarialSettings { Start = 0, PenaltyWeight = 1, PenaltyEvery = 1 });
        Play();
        long before = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;

        Play();

        Assert.AreEqual(before, DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);

        void Play()
        {
            using DisposeScope scope = NewDisposeScope();
            adversary.GeneratorTerms(Picture(Fake), 0);
            adversary.DiscriminatorTerms(Picture(Real), Picture(Fake), 0);
        }
    }

    /// <summary>A picture [1, 3, 2, 2] that has the given logit.</summary>
    private static Tensor Picture(double logit) => full([1, 3, 2, 2], logit / Scale / 12);

    private static double Value(IReadOnlyList<LossTerm> terms, string name) => terms.Single(term => term.Name == name).Value.item<float>();

    private sealed class Sum : nn.Module<Tensor, Tensor>
    {
        private readonly TorchSharp.Modules.Parameter _scale = new(tensor((float)AdversaryTests.Scale));

        public Sum() : base(nameof(Sum)) => RegisterComponents();

        public TorchSharp.Modules.Parameter Scale => _scale;

        public override Tensor forward(Tensor input)
        {
            using DisposeScope scope = NewDisposeScope();
            return (_scale * input.flatten(1).sum(1)).MoveToOuterDisposeScope();
        }
    }
}
