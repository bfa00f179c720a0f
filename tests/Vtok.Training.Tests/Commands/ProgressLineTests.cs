using Vtok.Train;
using Vtok.Training.Runs;

namespace Vtok.Training.Tests.Commands;

[TestClass]
public sealed class ProgressLineTests
{
    private readonly StringWriter _errors = new() { NewLine = "\n" };
    private readonly Clock _clock = new();

    [TestMethod]
    [DataRow(59.0, "0:00:59"), DataRow(7322.0, "2:02:02"), DataRow(180_000.0, "2 d 02:00"), DataRow(double.NaN, "?"), DataRow(double.PositiveInfinity, "?")]
    public void Speed_waiting_and_time_left_are_told(double secondsLeft, string left)
    {
        Line(terminal: false).Show(Progress(10, secondsLeft));

        Assert.AreEqual($"step 10/1000  loss 0.1250  42.0 images/s  waiting for data 2 %  left {left}\n", _errors.ToString());
    }

    [TestMethod]
    public void Outside_a_terminal_the_first_line_comes_at_once_and_then_one_every_half_minute()
    {
        ProgressLine line = Line(terminal: false);

        foreach (int second in (int[])[0, 10, 29, 30, 40, 59, 61])
        {
            _clock.Seconds = second;
            line.Show(Progress(second, 1));
        }

        string[] steps = [.. _errors.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(text => text.Split('/')[0])];
        CollectionAssert.AreEqual((string[])["step 0", "step 30", "step 61"], steps);
    }

    [TestMethod]
    public void On_a_terminal_every_line_replaces_the_one_before()
    {
        ProgressLine line = Line(terminal: true);

        line.Show(Progress(1, 1));
        line.Show(Progress(2, 1));

        string text = _errors.ToString();
        Assert.AreEqual(2, text.Split("\r\e[K").Length - 1);
        Assert.IsFalse(text.Contains('\n', StringComparison.Ordinal));
    }

    private ProgressLine Line(bool terminal) => new(new TrainConsole { Output = TextWriter.Null, Errors = _errors, Terminal = terminal }, _clock);

    private static TrainingProgress Progress(long step, double left) =>
        new(step, 1000, 1, left, 42, 0.02, 1e-3, 1, new Dictionary<string, double> { ["loss"] = 0.125 });

    private sealed class Clock : TimeProvider
    {
        public int Seconds { get; set; }

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Seconds;
    }
}
