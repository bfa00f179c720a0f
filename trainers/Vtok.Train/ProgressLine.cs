using System.Globalization;
using Vtok.Training.Runs;

namespace Vtok.Train;

/// <summary>How a run goes: on a terminal one line that is always of now, elsewhere the first and then one every half minute.</summary>
internal sealed class ProgressLine(TrainConsole console, TimeProvider? clock = null)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private long? _shown;

    /// <summary>Shows the numbers of a log step.</summary>
    public void Show(TrainingProgress progress)
    {
        if (console.Terminal)
            console.Errors.Write($"\r\e[K{Text(progress)}");
        else if (_shown is not { } shown || _clock.GetElapsedTime(shown) >= Pause)
        {
            console.Errors.WriteLine(Text(progress));
            _shown = _clock.GetTimestamp();
        }
    }

    private static string Text(TrainingProgress p) => string.Create(CultureInfo.InvariantCulture,
        $"step {p.Step}/{p.Steps}  loss {p.Terms["loss"]:F4}  {Rate(p.PicturesPerSecond)} images/s  waiting for data {p.WaitShare:P0}  left {Left(p.SecondsLeft)}");

    private static string Rate(double perSecond) => perSecond.ToString(perSecond < 1 ? "F3" : "F1", CultureInfo.InvariantCulture);

    private static string Left(double seconds)
    {
        if (!double.IsFinite(seconds) || seconds > TimeSpan.MaxValue.TotalSeconds / 2)
            return "?";
        var left = TimeSpan.FromSeconds(seconds);
        return left.TotalDays >= 1 ? $"{(int)left.TotalDays} d {left:hh\\:mm}" : $"{left:h\\:mm\\:ss}";
    }
}
