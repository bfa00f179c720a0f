using Vtok.Training.Measures;
using Vtok.Training.Recipes;

namespace Vtok.Training.Tests.Measures;

/// <summary>Series of log lines, as runs that went well and wrong leave them.</summary>
[TestClass]
public sealed class HealthWatchTests
{
    private readonly Random _noise = new(7);

    [TestMethod]
    public void A_run_that_learns_is_left_in_peace()
    {
        string[] warnings = Watch(300, i =>
        {
            var line = new Dictionary<string, double>
            {
                ["loss"] = Noisy(1 / (1 + i * 0.05)), ["reconstruction"] = Noisy(0.3 / (1 + i * 0.05)), ["perceptual"] = Noisy(2 / (1 + i * 0.01)),
                ["usage"] = Noisy(0.9 * (1 - Math.Exp(-i / 40.0)) + 0.02), ["perplexity"] = Noisy(1 + 700 * (1 - Math.Exp(-i / 60.0))),
            };
            if (i >= 150) // the discriminator comes in, and costs a little
                (line["discriminator"], line["reconstruction"]) = (Noisy(1), line["reconstruction"] * 1.2);
            return line;
        }, out HealthWatch watch);

        Assert.IsEmpty(warnings);
        Assert.IsNull(watch.Stop);
    }

    [TestMethod]
    public void A_start_that_wavers_and_a_task_without_codebook_are_left_in_peace()
    {
        string[] warnings = Watch(200, i => new() { ["loss"] = Noisy(i < 50 ? 5 : 1) * (i == 120 ? 8 : 1), ["gan"] = i < 100 ? 0 : Noisy(-0.3) }, out HealthWatch watch);

        Assert.IsEmpty(warnings);
        Assert.IsNull(watch.Stop);
    }

    [TestMethod]
    public void A_codebook_that_wakes_up_late_is_left_in_peace()
    {
        string[] warnings = Watch(200, i => new() { ["usage"] = i < 60 ? 0.001 : 0.5, ["perplexity"] = i < 60 ? 1.02 : 300 }, out HealthWatch watch);

        Assert.IsEmpty(warnings);
        Assert.IsNull(watch.Stop);
    }

    [TestMethod]
    [DataRow("reconstruction"), DataRow("perceptual")]
    public void A_jump_at_the_discriminators_start_is_told_once_with_advice(string term)
    {
        string[] warnings = Watch(200, i =>
        {
            var line = new Dictionary<string, double> { ["reconstruction"] = Noisy(0.05), ["perceptual"] = Noisy(0.4) };
            if (i >= 100)
                (line["discriminator"], line[term]) = (Noisy(1), line[term] * (1 + Math.Min(3, (i - 100) * 0.3)));
            return line;
        }, out HealthWatch watch);

        StringAssert.Contains(warnings.Single(), $"\"{term}\" jumped from");
        StringAssert.Contains(warnings.Single(), "discriminator.weight");
        Assert.IsNull(watch.Stop);
    }

    [TestMethod]
    public void A_resumed_run_whose_discriminator_is_at_work_has_no_start_to_judge()
    {
        string[] warnings = Watch(100, i => new() { ["reconstruction"] = i < 3 ? 0.01 : 1, ["discriminator"] = 1 }, out _);

        Assert.IsEmpty(warnings);
    }

    [TestMethod]
    public void Usage_that_falls_is_told_once_with_both_figures()
    {
        string[] warnings = Watch(100, i => new() { ["usage"] = i < 40 ? 0.84 : 0.31 }, out _);

        StringAssert.Contains(warnings.Single(), "from 84 % to 31 %");
    }

    [TestMethod]
    public void A_dip_of_a_line_or_two_is_no_fall()
    {
        string[] warnings = Watch(100, i => new() { ["usage"] = i is 50 or 51 ? 0.1 : 0.8, ["perplexity"] = i is 70 or 71 ? 2 : 500 }, out _);

        Assert.IsEmpty(warnings);
    }

    [TestMethod]
    public void A_codebook_that_comes_down_to_one_code_is_told_and_then_stops_the_run()
    {
        string[] warnings = Watch(100, i => new() { ["perplexity"] = i < 30 ? 420 : 1.01 }, out HealthWatch watch);

        StringAssert.Contains(warnings.Single(), "from 420 to 1.0");
        StringAssert.Contains(watch.Stop, "collapsed");
        StringAssert.Contains(watch.Stop, "health.stopOnCollapse=false");
    }

    [TestMethod]
    public void The_recipe_can_turn_that_stop_off()
    {
        Watch(100, i => new() { ["perplexity"] = i < 30 ? 420 : 1.01 }, out HealthWatch watch, stopOnCollapse: false);

        Assert.IsNull(watch.Stop);
    }

    [TestMethod]
    public void A_codebook_that_never_wakes_up_is_told_and_does_not_stop_the_run()
    {
        string[] warnings = Watch(200, _ => new() { ["perplexity"] = 1 }, out HealthWatch watch);

        StringAssert.Contains(warnings.Single(), "not in use");
        Assert.IsNull(watch.Stop);
    }

    [TestMethod]
    [DataRow(double.NaN), DataRow(double.PositiveInfinity)]
    public void A_term_that_is_no_number_stops_the_run_by_its_name(double value)
    {
        Watch(1, _ => new() { ["loss"] = value, ["reconstruction"] = 1 }, out HealthWatch watch, stopOnCollapse: false);

        StringAssert.StartsWith(watch.Stop, "\"loss\" is no finite number");
    }

    [TestMethod]
    public void A_gradient_that_is_no_number_stops_the_run()
    {
        var watch = new HealthWatch(new HealthRecipe());

        watch.See(new Dictionary<string, double> { ["loss"] = 1 }, double.NaN);

        StringAssert.StartsWith(watch.Stop, "the norm of the gradients is no finite number");
    }

    private static string[] Watch(int lines, Func<int, Dictionary<string, double>> line, out HealthWatch watch, bool stopOnCollapse = true)
    {
        var watching = watch = new HealthWatch(new HealthRecipe { StopOnCollapse = stopOnCollapse });
        return [.. Enumerable.Range(0, lines).SelectMany(i => watching.See(line(i), 1))];
    }

    private double Noisy(double value) => value * (1 + 0.1 * (_noise.NextDouble() - 0.5));
}
