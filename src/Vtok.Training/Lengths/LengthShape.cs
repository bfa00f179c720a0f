namespace Vtok.Training.Lengths;

/// <summary>How lengths are drawn between the least and the most of a <see cref="LengthSchedule"/>.</summary>
public enum LengthShape
{
    /// <summary>Always the most.</summary>
    All,

    /// <summary>Every length equally often (One-D-Piece, arXiv 2501.10064, section 3).</summary>
    Uniform,

    /// <summary>Every power of two in the range, and the most, equally often (FlexTok, arXiv 2502.13967, section 3.1).</summary>
    PowersOfTwo,

    /// <summary>Heavy to light: uniform from a bound to the most, where the bound falls over the steps from the most to the least.</summary>
    Curriculum,
}
