using Vtok.Models.Quantizers;

namespace Vtok.Models.Tests.Quantizers;

[TestClass]
public sealed class EntropyLossTests
{
    [TestMethod]
    [DataRow(1)]
    [DataRow(21)]
    [DataRow(60)]
    public void Value_and_gradients_do_not_depend_on_the_tile(int tile)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor whole, Tensor ofRows, Tensor ofCodes) = Compute(1 << 20);

        (Tensor loss, Tensor rowGradient, Tensor codeGradient) = Compute(tile);

        Assert.IsTrue(loss.allclose(whole, 1e-5, 1e-6));
        Assert.IsTrue(rowGradient.allclose(ofRows, 1e-4, 1e-5));
        Assert.IsTrue(codeGradient.allclose(ofCodes, 1e-4, 1e-5));
    }

    [TestMethod]
    public void Rows_that_sit_on_all_codes_evenly_reach_the_least_value()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor codes = eye(6);

        Tensor loss = EntropyLoss.Compute(codes.clone(), codes, BatchMean.Alone);

        Assert.AreEqual(-Math.Log(6), loss.item<float>(), 1e-3); // each choice sure, all codes used alike
    }

    [TestMethod]
    public void Rows_that_sit_on_one_code_reach_zero()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor codes = eye(6);

        Tensor loss = EntropyLoss.Compute(codes.narrow(0, 2, 1).expand(9, 6), codes, BatchMean.Alone);

        Assert.AreEqual(0, loss.item<float>(), 1e-3);
    }

    [TestMethod]
    [DataRow(CodebookLearning.Clustering)]
    [DataRow(CodebookLearning.MovingAverage)]
    public void Codes_that_move_in_training_do_not_change_the_gradient_of_the_step(CodebookLearning learning)
    {
        using DisposeScope scope = NewDisposeScope();

        Tensor still = Gradient(false), moving = Gradient(true);

        Assert.IsTrue(still.allclose(moving, 1e-5, 1e-7));

        Tensor Gradient(bool training)
        {
            using Generator generator = new(5);
            using VectorQuantizer quantizer = new(new VectorQuantizerConfig { CodebookSize = 7, CodeDimension = 3, Learning = learning, EntropyCost = 1, Decay = 0.5 });
            quantizer.Initialize(generator);
            quantizer.train(training);
            Tensor features = (randn([10, 3], generator: generator) * 0.2).requires_grad_(true);
            quantizer.Quantize(features).Losses[QuantizerOutput.Entropy].backward();
            return features.grad!;
        }
    }

    private static (Tensor Loss, Tensor OfRows, Tensor OfCodes) Compute(int tile)
    {
        using Generator generator = new(4);
        Tensor rows = (randn([10, 3], generator: generator) * 0.2).requires_grad_(true);
        Tensor codes = (randn([7, 3], generator: generator) * 0.2).requires_grad_(true);
        Tensor loss = EntropyLoss.Compute(rows, codes, BatchMean.Alone, tile);
        loss.backward();
        return (loss.detach(), rows.grad!, codes.grad!);
    }
}
