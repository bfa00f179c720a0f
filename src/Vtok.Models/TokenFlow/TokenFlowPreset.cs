using Vtok.Models.Weights;

namespace Vtok.Models.TokenFlow;

/// <summary>A published model: its settings, and the tensors that tell it from its siblings.</summary>
/// <param name="Teacher">Its semantic encoder.</param>
/// <param name="Enhanced">Whether its pixel decoder is the larger one.</param>
/// <param name="Model">Name and marks.</param>
internal sealed record TokenFlowPreset(TokenFlowTeacher Teacher, bool Enhanced, KnownModel Model)
{
    /// <summary>The settings as a config. The enhanced model is published for pictures of 256, with interpolated positions.</summary>
    public ModelConfig ToModelConfig() => TokenFlowSettings.Write(Teacher, Enhanced, interpolate: Enhanced);
}
