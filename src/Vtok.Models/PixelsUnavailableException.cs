namespace Vtok.Models;

/// <summary>A tokenizer that leaves pixels to a diffusion model was asked for them.</summary>
/// <param name="message">One line: what the model leaves to whom, and what there is instead.</param>
public sealed class PixelsUnavailableException(string message) : NotSupportedException(message)
{
    /// <summary>With the usual message.</summary>
    public PixelsUnavailableException() : this("this tokenizer leaves pixels to a diffusion model (vtok features gives its conditioning)")
    {
    }
}
