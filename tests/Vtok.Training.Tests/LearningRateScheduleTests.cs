using CsCheck;
using Vtok.Training.Optimization;
using Vtok.Training.Recipes;

namespace Vtok.Training.Tests;

[TestClass]
public sealed class LearningRateScheduleTests
{
    private static readonly Gen<(int Warmup, double Constant, double Floor, int Steps)> Shapes =
        Gen.Select(Gen.Int[0, 100], Gen.Double[0, 1], Gen.Double[0, 1], Gen.Int[200, 5000]);

    [TestMethod]
    public void The_rate_never_leaves_zero_to_the_largest() => Shapes.Sample(shape =>
    {
        LearningRateSchedule schedule = Create(shape);

        return Enumerable.Range(0, shape.Steps + 10).Select(step => schedule.At(step)).All(rate => rate is > -1e-15 and <= 1e-3 * (1 + 1e-12));
    }, iter: 50);

    [TestMethod]
    public void It_falls_after_the_warm_up_and_never_rises_again() => Shapes.Sample(shape =>
    {
        LearningRateSchedule schedule = Create(shape);
        double[] rates = [.. Enumerable.Range(shape.Warmup, shape.Steps - shape.Warmup).Select(step => schedule.At(step))];

        return rates.Zip(rates.Skip(1)).All(pair => pair.Second <= pair.First + 1e-15);
    }, iter: 50);

    [TestMethod]
    public void It_rises_in_equal_parts()
    {
        LearningRateSchedule schedule = Create((10, 0.5, 0.01, 1000));

        Assert.AreEqual(1e-4, schedule.At(0), 1e-12);
        Assert.AreEqual(5e-4, schedule.At(4), 1e-12);
        Assert.AreEqual(1e-3, schedule.At(9), 1e-12);
    }

    [TestMethod]
    public void It_is_constant_then_half_way_down_in_the_middle_of_the_fall_and_ends_at_the_floor()
    {
        LearningRateSchedule schedule = Create((10, 0.5, 0.02, 1000));

        Assert.AreEqual(1e-3, schedule.At(500), 1e-12);
        Assert.AreEqual(0.51e-3, schedule.At(750), 1e-12);
        Assert.AreEqual(0.02e-3, schedule.At(1000), 1e-12);
        Assert.AreEqual(0.02e-3, schedule.At(5000), 1e-12);
    }

    private static LearningRateSchedule Create((int Warmup, double Constant, double Floor, int Steps) shape)
        => new(new ScheduleRecipe { Warmup = shape.Warmup, Constant = shape.Constant, Floor = shape.Floor }, 1e-3, shape.Steps);
}
