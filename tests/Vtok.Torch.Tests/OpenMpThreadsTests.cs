namespace Vtok.Torch.Tests;

[TestClass]
public sealed class OpenMpThreadsTests
{
    [TestMethod]
    public void Threads_sleep_at_once_or_after_a_bounded_time()
    {
        CollectionAssert.AreEqual(new[] { ("OMP_WAIT_POLICY", "passive") }, OpenMpThreads.Variables(ThreadWait.Sleep, _ => null).ToArray());
        CollectionAssert.AreEqual(new[] { ("OMP_WAIT_POLICY", "passive"), ("GOMP_SPINCOUNT", "2000") }, OpenMpThreads.Variables(ThreadWait.SpinBriefly, _ => null).ToArray());
    }

    [TestMethod]
    [DataRow("OMP_WAIT_POLICY", "active"), DataRow("GOMP_SPINCOUNT", "0")]
    public void What_the_user_set_is_left_alone(string name, string value)
    {
        string? Given(string asked) => asked == name ? value : null;

        Assert.IsEmpty(OpenMpThreads.Variables(ThreadWait.Sleep, Given));
        Assert.IsEmpty(OpenMpThreads.Variables(ThreadWait.SpinBriefly, Given));
    }
}
