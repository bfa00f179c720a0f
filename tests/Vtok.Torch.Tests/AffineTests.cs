using TorchSharp;
using static TorchSharp.torch;

namespace Vtok.Torch.Tests;

[TestClass]
public sealed class AffineTests
{
    [TestMethod]
    [DataRow(true, 3, 41), DataRow(false, 3, 41), DataRow(true, 1, 1)]
    public void A_convolution_gives_the_values_and_gradients_of_the_matrix_product(bool hasBias, int batch, int length)
    {
        using DisposeScope scope = NewDisposeScope();
        using Generator generator = new(5);
        Tensor[] plain = [randn(batch, length, 24, generator: generator), randn(40, 24, generator: generator), randn(40, generator: generator)];
        Tensor[] convolved = [.. plain.Select(tensor => tensor.clone())];
        Tensor weight = randn(batch, length, 40, generator: generator);
        foreach (Tensor tensor in (Tensor[])[.. plain, .. convolved])
            tensor.requires_grad_();

        Tensor expected = nn.functional.linear(plain[0], plain[1], hasBias ? plain[2] : null);
        Tensor found = Affine.Convolve(convolved[0], convolved[1], hasBias ? convolved[2] : null);
        (expected * weight).sum().backward();
        (found * weight).sum().backward();

        CollectionAssert.AreEqual(expected.shape, found.shape);
        Assert.IsTrue(found.allclose(expected, rtol: 1e-5, atol: 1e-5));
        for (int i = 0; i < (hasBias ? 3 : 2); i++)
            Assert.IsTrue(convolved[i].grad!.allclose(plain[i].grad!, rtol: 1e-4, atol: 1e-4), $"gradient {i}");
    }

    [TestMethod]
    public void Without_gradients_it_is_the_matrix_product_to_the_bit()
    {
        using DisposeScope scope = NewDisposeScope();
        using Generator generator = new(5);
        Tensor input = randn(64, 256, generator: generator), weight = randn(512, 256, generator: generator).requires_grad_();

        using IDisposable frozen = no_grad();

        Assert.IsTrue(Affine.Linear(input, weight, null).Equals(nn.functional.linear(input, weight)));
    }

    [TestMethod]
    public void A_decoder_may_leave_the_library_open_on_its_thread_until_it_is_done()
    {
        using DisposeScope scope = NewDisposeScope();
        using Generator generator = new(5);
        using IDisposable frozen = no_grad();
        Tensor input = randn(64, 1024, generator: generator), weight = randn(512, 1024, generator: generator), product = nn.functional.linear(input, weight);
        Tensor? elsewhere = null;
        var other = new Thread(() => elsewhere = Affine.Linear(input, weight, null));

        IDisposable free = Affine.AnyLibrary();
        using (Affine.AnyLibrary())
            Assert.IsTrue(Affine.Linear(input, weight, null).allclose(product, rtol: 1e-4, atol: 1e-4));
        Tensor within = Affine.Linear(input, weight, null);
        other.Start();
        other.Join();
        free.Dispose();
        free.Dispose();

        Assert.IsTrue(within.Equals(Affine.Convolves ? Affine.Convolve(input, weight, null) : product));
        Assert.IsTrue(elsewhere!.Equals(product));
        Assert.IsTrue(Affine.Linear(input, weight, null).Equals(product));
    }

    [TestMethod]
    public void No_tensor_is_left_behind()
    {
        using Tensor input = randn(64, 256), weight = randn(512, 256).requires_grad_();
        Affine.Linear(input, weight, null).Dispose();
        long before = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;

        for (int i = 0; i < 10; i++)
            Affine.Linear(input, weight, null).Dispose();

        Assert.AreEqual(before, DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);
    }
}
