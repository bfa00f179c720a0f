namespace Vtok.Train;

/// <summary>Exit statuses of vtok-train; those of vtok where both have one.</summary>
internal static class ExitCodes
{
    public const int Done = 0;
    public const int Bug = 1;
    public const int Usage = 2;
    public const int Input = 3;
    public const int Model = 4;
    public const int Stopped = 5;
    public const int Output = 6;
    public const int Processes = 7;
    public const int Interrupted = 130;
}
